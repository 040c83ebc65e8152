#pragma once

#include <QList>
#include <QObject>
#include <QUrl>

class ParametersTest : public QObject {
    Q_OBJECT
  public slots:
    void keepLink(const QUrl& link) { links_ += link; }
  private slots:
    void init();
    void everyParameterOfEveryNode_data();
    void everyParameterOfEveryNode();
    void aDragIsOneStep();
    void typingIsOneStepAFocus();
    void aLogarithmicSliderHalvesTheRatio();
    void whatDoesNotFitIsSaidAndNotTaken();
    void findingsStandAtTheField();
    void conditionsHoldWhileOneEdits();
    void commandsAreWrittenOverTheWholeWidth();
    void aFileIsWrittenAsTheDocumentWritesIt();
    void variables();
    void titleBypassAndCandidate();
    void sourcesThatMeetAskForAPairing();
    void linksLeadToTheWebOnly();
    void severalAndNoneSelected();
    void theStudysOwnSettings();
    void theLastRun();

  private:
    QList<QUrl> links_;
};

class SweepsTest : public QObject {
    Q_OBJECT
  private slots:
    void init();
    void aRangeMakesItsValues();
    void aLogRangeMakesItsValues();
    void aListIsTakenAsItIsWritten();
    void aWrongListIsSaid();
    void choicesAreChecked();
    void theEndsAreDraggedInOneStep();
    void alongTheCurveOrOneEach();
    void theCountFollows();
    void theSupervisorSaysWhatIsNew();
    void aTableOfTuples();
    void aTableIsPasted();
    void aReachIsMadeAndChanged();
    void nothingIsClippedInALongerLanguage();
    void allIsReachedByKeyAndNamed();
};
