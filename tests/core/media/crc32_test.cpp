#include "core/media/coding/crc32.h"

#include <zlib.h>

#include <QtTest>
#include <random>
#include <vector>

using namespace ratescope::media;

class Crc32Test : public QObject {
    Q_OBJECT

  private slots:
    void knownValue() {
        const QByteArray digits = "123456789";
        QCOMPARE(crc32Of(std::as_bytes(std::span(digits.data(), 9))), 0xcbf43926U);
        QCOMPARE(crc32Of({}), 0U);
    }

    void isZlibsAtEveryLengthAndPlace() {
        std::mt19937 random(1);
        std::vector<std::byte> bytes(3000);
        for (std::byte& byte : bytes)
            byte = static_cast<std::byte>(random());
        for (std::size_t size = 0; size < 600; ++size)
            for (const std::size_t at : {0U, 1U, 9U, 1000U}) {
                const auto part = std::span(bytes).subspan(at, size + at / 2);
                const auto expected = crc32_z(0, reinterpret_cast<const Bytef*>(part.data()), part.size());
                QCOMPARE(crc32Of(part), static_cast<std::uint32_t>(expected));
            }
    }
};

QTEST_GUILESS_MAIN(Crc32Test)
#include "crc32_test.moc"
