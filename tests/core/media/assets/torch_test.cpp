// PyTorch's files as data: what torch.load gives is what is read, and nothing is ever executed.

#include "core/hash.h"
#include "core/media/assets/torch_file.h"
#include "tests/core/error_check.h"
#include "tests/core/media/assets/torch_files.h"
#include "tests/core/test_data.h"

#include <QTest>
#include <algorithm>

using namespace ratescope;
using namespace ratescope::media;
using namespace ratescope::media::test;

namespace {

TensorSet decode(const std::string& bytes) {
    auto memory = std::make_shared<Array>(DType::U8, Shape{static_cast<std::int64_t>(bytes.size())});
    std::ranges::copy(std::as_bytes(std::span(bytes)), memory->writableBytes().begin());
    return decodeTorch(memory->bytes(), memory, "m.pt");
}

/// A zip file of one pickled value beside a storage "0" of twelve floats.
TensorSet valueOf(const std::string& value) {
    return decode(torchZip(value, {{"0", floats(12)}}));
}

const std::string matrix = pickleTensor("0", 12, 0, {3, 4}, {4, 1});

std::string replaced(std::string text, const std::string& from, const std::string& to) {
    const std::size_t at = text.find(from);
    if (at == std::string::npos) qFatal("nothing to replace");
    return text.replace(at, from.size(), to);
}

struct Refused {
    const char* name;
    std::string value;
    const char* message;
};

const std::vector<Refused> refusals = {
    {"a system call", "cos\nsystem\n(" + pickleText("touch /tmp/owned") + "tR", "\"os system\""},
    {"another function of torch", "ctorch\nload\n", "\"torch load\""},
    {"getattr", "cbuiltins\ngetattr\n", "\"builtins getattr\""},
    {"an instance", "(ios\nsystem\n", "opcode 0x69"},
    {"an object", "ccollections\nOrderedDict\n)\x81", "opcode 0x81"},
    {"a global of the stack", pickleText("os") + pickleText("system") + "\x93", "opcode 0x93"},
    {"an extension", "\x82\1", "opcode 0x82"},
    {"protocol 4", "\x80\4}", "protocol 4"},
    {"a pop", "0", "opcode 0x30"},
    {"nothing at all", "", "what is not there"},
    {"a tuple of nothing", "\x87", "what is not there"},
    {"no mark", "}u", "no mark"},
    {"below the mark", "](\x85", "what is not there"},
    {"items of a number", "K\1(u", "no list or dictionary"},
    {"a key without value", "}(" + pickleText("a") + "u", "no value"},
    {"an unknown place", "h\7", "has not kept"},
    {"text that is not UTF-8", pickleText("\xff"), "UTF-8"},
    {"text beyond the end", "X\xff\xff\xff\x7f" "a", "too early"},
    {"a key that is a tensor", "}" + matrix + "K\1s", "neither text nor"},
    {"a call of a number", "K\1)R", "a call of another form"},
    {"a tensor of nothing", "ctorch._utils\n_rebuild_tensor_v2\n)R", "a tensor of another form"},
    {"a storage of nothing", ")Q", "a storage of another form"},
    {"a storage of another class", replaced(matrix, "ctorch\nFloatStorage", "ccollections\nOrderedDict"), "a storage of another form"},
    {"a long key of a storage", pickleTensor(std::string(201, '0'), 12, 0, {12}, {1}), "a storage of another form"},
    {"a storage that is missing", pickleDict({{"w", pickleTensor("1", 12, 0, {12}, {1})}}), "\"w\" are missing"},
    {"a storage of another size", pickleDict({{"w", pickleTensor("0", 13, 0, {12}, {1})}}), "not as long"},
    {"a storage of another width", pickleDict({{"w", pickleTensor("0", 12, 0, {12}, {1}, "HalfStorage")}}), "not as long"},
    {"outside by one", pickleDict({{"w", pickleTensor("0", 12, 1, {3, 4}, {4, 1})}}), "outside its data"},
    {"outside by strides", pickleDict({{"w", pickleTensor("0", 12, 0, {3, 4}, {2147483647, 1})}}), "outside its data"},
    {"negative offset", pickleDict({{"w", pickleTensor("0", 12, -1, {2}, {1})}}), "outside its data"},
    {"negative stride", pickleDict({{"w", pickleTensor("0", 12, 5, {2}, {-1})}}), "outside its data"},
    {"negative extent", pickleDict({{"w", pickleTensor("0", 12, 0, {-2}, {1})}}), "overflows"},
    {"an expanded tensor", pickleDict({{"w", pickleTensor("0", 12, 0, {1 << 30, 1 << 30}, {0, 0})}}), "more elements than data"},
    {"an overflowing shape", pickleDict({{"w", pickleTensor("0", 12, 0, {1 << 30, 1 << 30, 1 << 30}, {0, 0, 0})}}), "overflows"},
    {"strides of another number", pickleDict({{"w", pickleTensor("0", 12, 0, {3, 4}, {4})}}), "a tensor of another form"},
    {"a tensor twice", pickleDict({{"w", matrix}, {"w", matrix}}), "\"w\" is there twice"},
    {"a long name", pickleDict({{std::string(5000, 'a'), pickleInteger(1)}}), "too long a name"},
    {"a dictionary within itself", "}q\1" + pickleText("a") + "h\1s", "nested too deeply"},
    {"many of many", [] {
         std::string lists = "]q\1";
         for (char i = 1; i < 40; ++i)
             lists += std::string("]q") + static_cast<char>(i + 1) + "(h" + i + "h" + i + "e";
         return lists;
     }(), "nested too deeply"},
};

std::string repeated(const std::string& part, int times) {
    std::string all;
    for (int i = 0; i < times; ++i)
        all += part;
    return all;
}

/// A thing that is kept once and recalled so often, in a list under the key.
std::string recalled(const std::string& key, const std::string& thing, const std::string& recall, int times) {
    return "}" + pickleText(key) + "](" + thing + "q\7" + repeated(recall, times) + "es";
}

/// A tensor of as many axes as there may be, made again and again of the same arguments.
std::string manyAxes(int times) {
    const std::vector<std::int32_t> ones(64, 1);
    const std::string tensor = pickleTensor("0", 12, 0, ones, ones),
                      callable = "ctorch._utils\n_rebuild_tensor_v2\n";
    const std::string arguments = tensor.substr(callable.size(), tensor.size() - callable.size() - 1);
    return "](" + callable + "q\5" + arguments + "q\6" + repeated("h\5h\6R", times) + "e";
}

const std::string longText(1'000'000, 'a'), longKey(4000, 'a');

/// A million bytes and less that would take hundreds of millions if each mention were a copy.
const std::vector<Refused> bloats = {
    {"a key of storages",
     recalled("w",
              "(" + pickleText("storage") + "ctorch\nFloatStorage\n" + pickleText(longText) +
                  pickleText("cpu") + pickleInteger(12) + "t",
              "h\7Q", 500'000),
     "a storage of another form"},
    {"a text", recalled("w", pickleText(longText), "h\7", 2000), "several times its own size"},
    {"a name of numbers", recalled(longKey, "K\1", "h\7", 100'000), "several times its own size"},
    {"a name of tensors", recalled("w", pickleDict({{longKey, matrix}}), "h\7", 100'000),
     "several times its own size"},
    {"axes", manyAxes(40'000), "too many values"},
};

/// As the script of the oracle does it: names and bytes, in order.
std::string hashOf(const TensorSet& set) {
    Sha256 hash;
    for (const Tensor& tensor : set.tensors) {
        hash.add(tensor.name);
        hash.add(tensor.array.bytes());
    }
    return hash.finish().hex().substr(0, 16);
}

}  // namespace

class TorchTest : public QObject {
    Q_OBJECT

  private slots:
    void tensorsAreWhatTheyAre_data() {
        QTest::addColumn<bool>("zip");
        QTest::newRow("zip") << true;
        QTest::newRow("legacy") << false;
    }
    void tensorsAreWhatTheyAre() {
        QFETCH(bool, zip);
        const std::string value = pickleDict(
            {{"model", pickleDict({{"w", matrix},
                                   {"turned", pickleTensor("0", 12, 0, {4, 3}, {1, 4})},
                                   {"part", pickleTensor("0", 12, 5, {2, 2}, {4, 1})},
                                   {"one", pickleTensor("0", 12, 7, {}, {})},
                                   {"none", pickleTensor("0", 12, 12, {0, 3}, {3, 1})}})},
             {"epoch", pickleInteger(-3)},
             {"list", "](" + pickleText("a") + "\x88" + std::string("G\x40\x04\0\0\0\0\0\0", 9) + "Ne"}});
        const std::map<std::string, std::string> storages{{"0", floats(12)}};
        const TensorSet set = decode(zip ? torchZip(value, storages) : torchLegacy(value, storages));
        QCOMPARE(set.tensors.size(), std::size_t{5});
        QCOMPARE(set.tensors[0].name, std::string("model.w"));
        QCOMPARE(set.tensors[0].array.shape(), (Shape{3, 4}));
        QCOMPARE(set.tensors[0].array.as<float>()[11], 11.0f);
        const auto turned = set.tensors[1].array.as<float>();
        QVERIFY(turned.size() == 12 && turned[1] == 4 && turned[2] == 8 && turned[3] == 1 &&
                turned[11] == 11);
        const auto part = set.tensors[2].array.as<float>();
        QVERIFY(part[0] == 5 && part[1] == 6 && part[2] == 9 && part[3] == 10);
        QVERIFY(set.tensors[3].array.shape().empty() && set.tensors[3].array.as<float>()[0] == 7);
        QVERIFY(set.tensors[4].array.shape() == (Shape{0, 3}));
        QVERIFY(set.metadata.at("epoch") == "-3" && set.metadata.at("list.0") == "a");
        QVERIFY(set.metadata.at("list.1") == "true" && set.metadata.at("list.2") == "2.5" &&
                set.metadata.size() == 4);
    }

    void nothingElseIsFollowed_data() {
        QTest::addColumn<int>("index");
        for (std::size_t i = 0; i < refusals.size(); ++i)
            QTest::newRow(refusals[i].name) << static_cast<int>(i);
    }
    void nothingElseIsFollowed() {
        QFETCH(int, index);
        const Refused& refused = refusals[static_cast<std::size_t>(index)];
        VERIFY_ERROR(valueOf(refused.value), ErrorKind::Input, refused.message);
        QVERIFY(!std::filesystem::exists("/tmp/owned"));
    }

    void fewBytesNameNoGigabytes_data() {
        QTest::addColumn<int>("index");
        for (std::size_t i = 0; i < bloats.size(); ++i)
            QTest::newRow(bloats[i].name) << static_cast<int>(i);
    }
    void fewBytesNameNoGigabytes() {
        QFETCH(int, index);
        const Refused& refused = bloats[static_cast<std::size_t>(index)];
        VERIFY_ERROR(valueOf(refused.value), ErrorKind::Input, refused.message);
    }

    void longTextsAreRead() {
        const TensorSet set = valueOf(pickleDict({{"w", matrix}, {"recipe", pickleText(longText)}}));
        QVERIFY(set.tensors.size() == 1 && set.metadata.at("recipe") == longText);
    }

    void oldDictionariesAreRead() {
        const std::string pairs = "](](" + std::string("U\1w") + matrix + "ee";
        QCOMPARE(valueOf("ccollections\nOrderedDict\n" + pairs + "\x85R").tensors.at(0).name,
                 std::string("w"));
    }

    void everyTruncationIsRefused() {
        const std::string value = pickleDict({{"w", matrix}});
        for (const std::string& whole :
             {torchZip(value, {{"0", floats(12)}}), torchLegacy(value, {{"0", floats(12)}})})
            for (std::size_t length = 0; length < whole.size(); length += 3)
                VERIFY_ERROR(decode(whole.substr(0, length)), ErrorKind::Input, "m.pt");
    }

    void damagedArchivesAreRefused() {
        const std::string whole = torchZip(pickleDict({{"w", matrix}}), {{"0", floats(12)}});
        std::string flipped = whole;
        flipped[whole.find(floats(12)) + 9] ^= 1;
        VERIFY_ERROR(decode(flipped), ErrorKind::Input, "\"m/data/0\" has a wrong CRC-32");
        VERIFY_ERROR(decode(zipOf({{"m/a", "b"}})), ErrorKind::Input, "no data.pkl");
        VERIFY_ERROR(decode(zipOf({{"m/a", "b"}, {"m/a", "b"}})), ErrorKind::Input, "there twice");
        VERIFY_ERROR(decode(zipOf({{"m/data.pkl", pickled("}")}, {"m/byteorder", "big"}})), ErrorKind::Input,
                     "endian");
        std::string packed = whole;
        packed[whole.find("PK\1\2") + 10] = 8;
        VERIFY_ERROR(decode(packed), ErrorKind::Input, "compressed");
        std::string far = whole;
        far.replace(whole.find("PK\5\6") + 16, 4, "\xf0\xff\xff\x7f");
        VERIFY_ERROR(decode(far), ErrorKind::Input, "outside the file");
        VERIFY_ERROR(decode("ustar"), ErrorKind::Input, "does not begin as one");
    }

    void damagedLegacyFilesAreRefused() {
        const std::string value = pickleDict({{"w", matrix}});
        const std::string whole = torchLegacy(value, {{"0", floats(12)}});
        VERIFY_ERROR(decode(replaced(whole, pickleInteger(1001), pickleInteger(1000))), ErrorKind::Input,
                     "version");
        VERIFY_ERROR(decode(replaced(whole, "endian\x88", "endian\x89")), ErrorKind::Input, "little-endian");
        VERIFY_ERROR(decode(torchLegacy(value, {{"1", floats(12)}})), ErrorKind::Input,
                     "belong to no tensor");
        VERIFY_ERROR(decode(replaced(whole, std::string("\x0c\0\0\0\0\0\0\0", 8), std::string(8, '\x7f'))),
                     ErrorKind::Input, "too early");
    }

    /// Hashes of what torch.load (2.15) gives: each tensor's dotted name and bytes, in order.
    void realFilesAreThoseOfTorch_data() {
        QTest::addColumn<QString>("file");
        QTest::addColumn<int>("tensors");
        QTest::addColumn<QString>("hash");
        QTest::newRow("ResNet-56, legacy")
            << "resnet_cifar10/resnet56-4bfd9763.th" << 277 << "cf036925f5e9d7a7";
        QTest::newRow("ResNet-20, legacy")
            << "resnet_cifar10/resnet20-12fca82f.th" << 97 << "325c3392c7fdf401";
        QTest::newRow("NeRF with optimiser")
            << "nerf-lowres/lego-checkpoint199999.ckpt" << 97 << "d530374c4717a34e";
        QTest::newRow("LPIPS, legacy") << "lpips_v0.1/alex.pth" << 5 << "885a51c7aba6f7cc";
        QTest::newRow("autoencoder, zip")
            << "mnist-latent-diffusion/EMNIST_AutoEncoder.pth" << 96 << "c8a56ad364427208";
        QTest::newRow("CodeBERT, zip") << "codebert-3mb/clone_detection.bin" << 204 << "6935f9fb0396a89c";
    }
    void realFilesAreThoseOfTorch() {
        QFETCH(QString, file);
        QFETCH(int, tensors);
        QFETCH(QString, hash);
        const auto path = dataFolder() / "models" / file.toStdString();
        REQUIRE_DATA(path);
        const TensorSet set = readTorch(path);
        QCOMPARE(static_cast<int>(set.tensors.size()), tensors);
        QCOMPARE(hashOf(set), hash.toStdString());
    }
};

QTEST_GUILESS_MAIN(TorchTest)
#include "torch_test.moc"
