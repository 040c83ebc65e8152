#include "tests/gui/inspector/tests.h"
#include "tests/gui/support.h"

int main(int argc, char** argv) {
    return gui::runTests(argc, argv, [&] {
        ParametersTest parameters;
        SweepsTest sweeps;
        return QTest::qExec(&parameters, argc, argv) + QTest::qExec(&sweeps, argc, argv);
    });
}
