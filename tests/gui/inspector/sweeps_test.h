#pragma once

#include <QObject>

class SweepsTest : public QObject {
    Q_OBJECT
  private slots:
    void aRangeMakesItsValues();
    void aLogRangeMakesItsValues();
    void aListIsTakenAsItIsWritten();
    void aWrongListIsSaid();
    void choicesAreChecked();
    void theEndsAreDraggedInOneStep();
    void aDragHoldsNothingUp();
    void alongTheCurveOrOneEach();
    void theCountFollows();
    void theSupervisorSaysWhatIsNew();
    void aTableOfTuples();
    void aTableIsPasted();
    void aReachIsMadeAndChanged();
    void nothingIsClippedInALongerLanguage();
    void allIsReachedByKeyAndNamed();
};
