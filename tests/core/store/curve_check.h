#pragma once

// Mean curves against those that are made of every item.

#include "core/store/query.h"

#include <QtTest>
#include <cstring>
#include <string>
#include <vector>

namespace ratescope::store {

inline bool sameBits(double a, double b) {
    return std::memcmp(&a, &b, sizeof a) == 0;
}

/// The same points to the last bit.
inline void compareCurves(const std::vector<curves::Curve>& mean, const std::vector<curves::Curve>& direct) {
    QCOMPARE(mean.size(), direct.size());
    for (std::size_t i = 0; i < mean.size(); ++i) {
        QCOMPARE(mean[i].series, direct[i].series);
        QCOMPARE(mean[i].title, direct[i].title);
        QCOMPARE(mean[i].seriesIndex, direct[i].seriesIndex);
        QCOMPARE(mean[i].branchIndex, direct[i].branchIndex);
        QVERIFY(mean[i].x == direct[i].x && mean[i].y == direct[i].y);
        QCOMPARE(mean[i].points.size(), direct[i].points.size());
        for (std::size_t j = 0; j < mean[i].points.size(); ++j) {
            const curves::Point &a = mean[i].points[j], &b = direct[i].points[j];
            QVERIFY2(
                sameBits(a.x, b.x) && sameBits(a.y, b.y),
                qPrintable(
                    QString("%1 %2 / %3 %4").arg(a.x, 0, 'g', 17).arg(b.x, 0, 'g', 17).arg(a.y).arg(b.y)));
            QVERIFY(a.values == b.values);
            QCOMPARE(a.n, b.n);
            QCOMPARE(a.dropped, b.dropped);
            QCOMPARE(a.expected, b.expected);
        }
    }
}

inline std::vector<curves::Curve> direct(const Library& library, StudyId study, const std::string& y,
                                         const std::string& x) {
    const CurveData data = curvePoints(library, study, y, x);
    return curves::makeCurves(data.x, data.y, data.series, data.points);
}

}  // namespace ratescope::store
