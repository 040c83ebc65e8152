#pragma once

#include <QList>
#include <QObject>
#include <QUrl>

class ParametersTest : public QObject {
    Q_OBJECT
  public slots:
    void keepLink(const QUrl& link) { links_ += link; }
  private slots:
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
