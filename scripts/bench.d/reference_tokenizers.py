"""The reference implementations of tokenizers, each as the file that its library writes and Ratescope reads.

usage: reference_tokenizers.py FOLDER
Writes lines.txt, and for each tokenizer NAME.json or NAME.model, and NAME.ids (the ids of each line).

SmolLM2 and its vocabulary under the other rules for cutting words, and MiniLM: PyPI `tokenizers` of Hugging Face.
tok512 and a unigram model that is trained here on the lines: PyPI `sentencepiece`.
"""

import io
import os
import pathlib
import random
import sys

import sentencepiece
from sentencepiece import sentencepiece_model_pb2
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers

cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache")) / "ratescope"
data = pathlib.Path(os.environ.get("RATESCOPE_DATA", pathlib.Path(__file__).parents[2] / "../shared/data"))

LLAMA = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}%s| ?[^\s\p{L}\p{N}]+[\r\n]*"
         r"|\s*[\r\n]+|\s+(?!\S)|\s+")


class Reference:
    """`file` is the library's own, of the kind that `suffix` names; `encode` gives the ids of bytes (that are UTF-8, if
    it is tokenizers'); `words`, of byte-level BPE, the sizes in bytes of the words that it cuts them into."""

    def __init__(self, suffix, file, encode, words=None):
        self.suffix = suffix
        self.file = file
        self.encode = encode
        self.words = words


def of_tokenizers(tokenizer, words=None):
    """Of a Tokenizer of Hugging Face's."""
    return Reference(".json", tokenizer.to_str().encode(),
                     lambda text: tokenizer.encode(text.decode(), add_special_tokens=False).ids, words)


def splitter(name):
    bytes_only = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    gpt2 = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    if name == "gpt-2":
        return gpt2
    if name == "smollm":
        return pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True), gpt2])
    rule = LLAMA % ("{1,3}" if name == "llama-bpe" else "")
    return pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(rule), "isolated"), bytes_only])


def byte_level(pieces, merges, name, nfc=False):
    """Pieces by id, merges as pairs."""
    ids = {piece: i for i, piece in enumerate(pieces)}
    tokenizer = Tokenizer(models.BPE(ids, merges, ignore_merges=name == "llama-bpe"))
    tokenizer.pre_tokenizer = splitter(name)
    if nfc:
        tokenizer.normalizer = normalizers.NFC()
        return of_tokenizers(tokenizer)  # its words are those of another text
    return of_tokenizers(tokenizer, lambda text: [len(word) for word, _ in
                                                  tokenizer.pre_tokenizer.pre_tokenize_str(text.decode())])


def smollm2(name, nfc=False):
    import gguf

    fields = gguf.GGUFReader(cache / "models/smollm2/SmolLM2-135M-Instruct.Q4_1.gguf").fields
    pieces = fields["tokenizer.ggml.tokens"].contents()
    merges = [tuple(merge.split(" ")) for merge in fields["tokenizer.ggml.merges"].contents()]
    return byte_level(pieces, merges, name, nfc)


def of_sentencepiece(model):
    """Of a ModelProto."""
    file = model.SerializeToString()
    processor = sentencepiece.SentencePieceProcessor(model_proto=file)
    return Reference(".model", file, lambda text: processor.encode(text))


def tok512(removes_extra_blanks):
    model = sentencepiece_model_pb2.ModelProto()
    model.ParseFromString((data / "models/stories260K/tok512.model").read_bytes())
    model.normalizer_spec.remove_extra_whitespaces = removes_extra_blanks
    return of_sentencepiece(model)


def trained(lines, unused=(), **settings):
    """A model that sentencepiece makes of the lines; the pieces `unused` are then marked so."""
    written = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(sentence_iterator=iter(lines), model_writer=written,
                                             normalization_rule_name="identity", minloglevel=2, num_threads=1,
                                             **settings)
    model = sentencepiece_model_pb2.ModelProto()
    model.ParseFromString(written.getvalue())
    for piece in model.pieces:
        if piece.piece in unused:
            piece.type = piece.UNUSED
    return of_sentencepiece(model)


def minilm():
    tokenizer = Tokenizer.from_file(str(cache / "models/minilm/model/tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return of_tokenizers(tokenizer)


SCRIPTS = {  # ranges of assigned characters, and blanks between words
    "latin": [(0x41, 0x5A), (0x61, 0x7A), (0xC0, 0x17F), (0x1E00, 0x1EF9)], "greek": [(0x391, 0x3A1), (0x3A3, 0x3CE)],
    "cyrillic": [(0x410, 0x44F), (0x400, 0x40F)], "armenian": [(0x531, 0x556), (0x561, 0x586)],
    "hebrew": [(0x5D0, 0x5EA), (0x5B0, 0x5BD)], "arabic": [(0x621, 0x63A), (0x641, 0x652)],
    "devanagari": [(0x905, 0x939), (0x93E, 0x94D), (0x900, 0x903)], "tamil": [(0xB85, 0xB8A), (0xBBE, 0xBC2)],
    "thai": [(0xE01, 0xE3A), (0xE40, 0xE4E)], "georgian": [(0x10D0, 0x10F0), (0x10A0, 0x10C5)],
    "hangul": [(0xAC00, 0xD7A3), (0x1100, 0x1112)], "kana": [(0x3041, 0x3096), (0x30A1, 0x30FA)],
    "han": [(0x4E00, 0x9FA5), (0x3400, 0x3450), (0x20000, 0x20100)], "ethiopic": [(0x1200, 0x1248)],
    "digits": [(0x30, 0x39), (0x660, 0x669), (0x966, 0x96F), (0xFF10, 0xFF19), (0x2160, 0x216B), (0xBC, 0xBE)],
    "signs": [(0x21, 0x2F), (0x3A, 0x40), (0x5B, 0x60), (0x7B, 0x7E), (0x2010, 0x2027), (0x20A0, 0x20B5),
              (0x2190, 0x21FF), (0x3001, 0x3003), (0xA1, 0xBF)],
    "emoji": [(0x1F600, 0x1F64F), (0x1F300, 0x1F5FF), (0x1F3FB, 0x1F3FF), (0x1F1E6, 0x1F1FF)],
    "marks": [(0x300, 0x36F)],
    # Not the bytes 4 and 6: SmolLM2 has no piece for them. Both references leave them out, but `tokenizers` then joins
    # what stood around them, llama.cpp (which we follow) does not.
    "invisible": [(0x200B, 0x200F), (0xFE0E, 0xFE0F), (0xAD, 0xAD), (0xFEFF, 0xFEFF), (0xE000, 0xE010), (0x1, 0x3)],
}
BLANKS = [" "] * 12 + ["  ", "   ", "\t", " \t", "\u00a0", "\u3000", "\u2009", "\r", "\x0b", "\x0c", "\u2028", "\x85",
                       " \r ", "      ", "\u2581", ""]
PHRASES = ["don't", "I'LL", "we've", "they're", "'S", "it's", "ſ'ſ", "'ſ", "l'eau", "3.14159", "1234567890", "x²", "½",
           "👩‍👩‍👧‍👦", "🏳️‍🌈", "👍🏽", "🇩🇪", "e\u0301", "\u1100\u1161", "İstanbul", "ΣΊΣΥΦΟΣ", "ẞ", "ǅ", "<|im_start|>",
           "[CLS]x", "<s>", "</s>", "<0x0A>", "##ing", "http://a.b/c?d=e&f", "a_b", "foo(bar);", "≠", "…", "K", "ﬁ"]


def made_up(generator):
    def word():
        kind = generator.choice(list(SCRIPTS))
        size = generator.choice([1, 1, 2, 3, 4, 5, 8, 13])
        return "".join(chr(generator.randint(*generator.choice(SCRIPTS[kind]))) for _ in range(size))

    parts = []
    for _ in range(generator.randint(0, 24)):
        parts.append(generator.choice(PHRASES) if generator.random() < 0.2 else word())
        parts.append(generator.choice(BLANKS))
    return "".join(parts)


def every_character():
    """Lines of 4096 characters each, of the planes that are in use, a letter before and after each."""
    for begin in [*range(0, 0x40000, 0x1000), *range(0xE0000, 0xF0000, 0x1000)]:
        codes = [code for code in range(begin, begin + 0x1000) if not 0xD800 <= code < 0xE000]
        yield " ".join(f"a{chr(code)}a" for code in codes)


def ten_thousand_lines():
    """Sentences of 20 languages (PyPI `faker`), English and code of the data folder, every character of Unicode, and
    lines that are made up."""
    from faker import Faker

    generator = random.Random(6)
    Faker.seed(6)
    languages = ["ar_AA", "az_AZ", "bn_BD", "cs_CZ", "da_DK", "de_DE", "el_GR", "en_US", "fa_IR", "fr_FR", "he_IL",
                 "hy_AM", "ja_JP", "ka_GE", "ko_KR", "pl_PL", "ru_RU", "th_TH", "vi_VN", "zh_CN"]
    lines = []
    for language in languages:
        faker = Faker(language)
        for _ in range(175):
            lines.append(faker.paragraph(3) + " " + faker.name() + ", " + faker.address().replace("\n", "; "))
    wiki = (data / "text/wikitext-2/wiki.test.raw").read_text().split("\n")
    lines += wiki[:2500]
    for code in ["valid.java-cs.txt.cs", "valid.java-cs.txt.java"]:
        lines += (data / "text/code/code-to-code-trans" / code).read_text().split("\n")[:400]
    lines += every_character()
    while len(lines) < 10000:
        lines.append(made_up(generator))
    # The programs take a line feed for the end of a line; the pieces of BERT would be cut out of its text.
    return [line.replace("\n", " ").replace("[CLS]", "[ CLS ]") for line in lines[:10000]]


def main(folder):
    folder = pathlib.Path(folder)
    lines = ten_thousand_lines()
    (folder / "lines.txt").write_bytes("".join(line + "\n" for line in lines).encode())
    references = {name: smollm2(name) for name in ["smollm", "gpt-2", "llama-bpe", "qwen2"]}
    references["qwen2-nfc"] = smollm2("qwen2", nfc=True)
    references |= {"tok512": tok512(True), "tok512-blanks-kept": tok512(False), "minilm": minilm()}
    references["unigram"] = trained(lines[:6000], model_type="unigram", vocab_size=8000, character_coverage=0.995)
    references["unigram-bytes"] = trained(lines[:6000], model_type="unigram", vocab_size=4000, byte_fallback=True,
                                          remove_extra_whitespaces=False, user_defined_symbols=["<0>", "ab", "."])
    references["bpe-unknown"] = trained(lines[:6000], model_type="bpe", vocab_size=6000, character_coverage=0.995,
                                        user_defined_symbols=["<0>", "ab", "."], split_by_whitespace=False)
    for name, reference in references.items():
        (folder / (name + reference.suffix)).write_bytes(reference.file)
        with open(folder / (name + ".ids"), "w") as ids:
            for line in lines:
                print(*reference.encode(line.encode()), file=ids)


if __name__ == "__main__":
    main(sys.argv[1])
