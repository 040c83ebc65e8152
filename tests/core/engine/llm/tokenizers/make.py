"""Makes the files of this folder: small tokenizers as their libraries write them (NAME.json, NAME.model), and the ids
that the references give for some nasty lines (NAME.cases.json).

usage: make.py    (PyPI packages as in scripts/bench.d/requirements.txt)
"""

import json
import pathlib
import sys

here = pathlib.Path(__file__).parent
sys.path.insert(0, str(here.parents[4] / "scripts/bench.d"))

from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers  # noqa: E402

import reference_tokenizers as reference  # noqa: E402

TEXT = """The quick brown fox jumps over the lazy dog; they're sure it's what we'd do, and I'll see you've seen it.
There were 1234567 people in 2024, 3.14159 of them on the other side of the river. Don't, isn't, wouldn't.
Die Straße führt über die Brücke zum größten Bäcker der Stadt. L'été dernier, nous étions à l'école près du château.
Съешь ещё этих мягких французских булок, да выпей же чаю. Ξεσκεπάζω την ψυχοφθόρα βδελυγμία.
すべての人間は、生まれながらにして自由であり、平等である。人人生而自由，在尊严和权利上一律平等。
모든 인간은 태어날 때부터 자유로우며. كل الناس يولدون أحراراً متساوين. सभी मनुष्यों को गौरव और अधिकारों के मामले में.
def main(argument):    return [value  for value in argument if value != 0]  # a comment  with   blanks
the theatre there then these the them the other another weather whether gather together
""".split("\n")

LINES = [b"", b" ", b"  ", b"       ", b"\t", b"\n", b"\r\n", b"\n\n\n", b" \n \r\n\t \n", b"a", b" a", b"  a", b"a ",
         b"a  ", b"\ta\t\tb\t", b"a\r\nb\r\n", b"a\n\n b", b"\x00a\x00", b"\x0b\x0c\x1c\x7f",
         "a\u00a0b\u2009c\u3000d\u2028e\u2029f\x85g\u1680h".encode(), "\u200b\u200d\ufeffa\u00adb".encode(),
         b"it's we're I'LL don'T 's'S 've' ''s 'x' 'r 'l", "'\u017fa '\u017f 'ſ".encode(), b"1 12 123 1234 12345 1a2b3",
         "٠١٢ ०१२३ １２３４ ½⅓ Ⅳ x² ①②".encode(), "3.14,15;9-26:5".encode(), b"foo(bar)[0]->baz != {x: 1};  // ok",
         b"http://example.org/a_b?c=d&e=f#g", b"... --- !!! ?!? $100 50% a+b=c `x` ~y^z|w", b"!\n!\r\n! \n",
         "Straße ẞ ǅ ﬁ İstanbul ıI ΣΊΣΥΦΟΣ ΑΣ.".encode(), "é e\u0301 ñ n\u0303 ở o\u031b\u0309 \u0301a".encode(),
         "\u1112\u1161\u11ab 한 각".encode(), "Ещё раз: чаю — «да».".encode(), "ψυχή Ωμέγα".encode(),
         "人人生而自由，在尊严。すべての カタカナ ｶﾅ 漢𠀀字 \U0002b900\U0002b820".encode(), "שָׁלוֹם עולם".encode(),
         "كل الناس، أحراراً؟".encode(), "सभी मनुष्यों को".encode(), "สวัสดีชาวโลก".encode(),
         "👍 👍🏽 👩‍👩‍👧‍👦 🏳️‍🌈 🇩🇪🇫🇷 ☺️ ☺ \U0001fae0".encode(), "≠ ≮ a\u1fefa a\u166da a\u1734a a\u1885a a\U000111c9a a\u2e52a a\u0891a".encode(),
         "\U000e0041\U0010fffd\ue000\ufffd\uffff\u0378".encode(), "▁a▁▁b ▁ ▁".encode(), "a ▁".encode(),
         b"<unk> <s> </s> <0x0A> [UNK] [CLS] ## ##a <keep> <kee <keep><keep>  <keep> ab<keep>ab",
         b"the weather there, whether together", b" the the", "'ſabc 'Sabc 'llabc".encode(), b"a  1   23 \t4 b", b"x" * 99 + b" " + b"x" * 100 + b" " + b"x" * 101,
         b"\xff", b"a\xffb", b"\xc3", b"\xe2\x82", b"\xe2\x82x", b"\xc0\x80\xed\xa0\x80\xf4\x90\x80\x80", b"\x80\x80 \xf0\x9f\x98"]


def repaired(text):
    """A U+FFFD for each byte that belongs to no character, as llama.cpp and sentencepiece have it; PyPI tokenizers
    takes nothing but UTF-8."""
    result = ""
    while text:
        size = next((n for n in (1, 2, 3, 4) if _is_character(text[:n])), 0)
        result += text[:size].decode() if size else "\ufffd"
        text = text[size or 1:]
    return result.encode()


def _is_character(text):
    try:
        return len(text.decode()) == 1
    except UnicodeDecodeError:
        return False


def write(name, made_from, skip=()):
    (here / (name + made_from.suffix)).write_bytes(made_from.file)
    cases = []
    for line in LINES + [b"ab" * 150, b"the" * 100, b"a" * 501]:
        if any(part in line for part in skip):
            continue
        text = {"text": line.decode()} if repaired(line) == line else {"hex": line.hex()}
        readable = line if made_from.suffix == ".model" else repaired(line)
        words = {"words": made_from.words(readable)} if made_from.words else {}
        cases.append(json.dumps(text | {"ids": made_from.encode(readable)} | words, ensure_ascii=False))
    (here / (name + ".cases.json")).write_text("[\n" + ",\n".join(cases) + "\n]\n")


def byte_level(name, nfc=False):
    """A piece is left without the merge that makes it: only Llama's rule finds it then."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = reference.splitter(name)
    alphabet = sorted(set(pre_tokenizers.ByteLevel.alphabet()) - {"Ą"})
    tokenizer.train_from_iterator(TEXT, trainers.BpeTrainer(vocab_size=520, initial_alphabet=alphabet, min_frequency=1,
                                                            show_progress=False, special_tokens=["<s>"]))
    model = json.loads(tokenizer.to_str())["model"]
    pieces = sorted(model["vocab"], key=model["vocab"].get)
    merges = [tuple(merge) for merge in model["merges"] if "".join(merge) != "Ġthe"]
    merges = [pair for pair in merges if "Ġthe" not in pair]
    return reference.byte_level(pieces, merges, name, nfc)


def sentencepiece_by_merges():
    """Pieces as SentencePiece writes them, each with the one merge that made it, and one with none: what can be put
    together in other ways must not be."""
    trained = Tokenizer(models.BPE())
    trained.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always", split=True)
    special = ["<unk>", "<s>", "</s>"] + [f"<0x{byte:02X}>" for byte in range(256)]
    trained.train_from_iterator(TEXT, trainers.BpeTrainer(vocab_size=600, min_frequency=1, show_progress=False,
                                                          special_tokens=special))
    model = json.loads(trained.to_str())["model"]
    merges = [tuple(merge) for merge in model["merges"] if "▁the" not in merge and "".join(merge) != "▁the"]
    tokenizer = Tokenizer(models.BPE(model["vocab"], merges, unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    return reference.of_tokenizers(tokenizer)


def word_piece(lower_case):
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=lower_case)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    special = ["[PAD]", "[UNK]", "[CLS]"]
    tokenizer.train_from_iterator(TEXT, trainers.WordPieceTrainer(vocab_size=600, special_tokens=special,
                                                                  show_progress=False))
    return reference.of_tokenizers(tokenizer)


def main():
    for name in ["gpt-2", "smollm", "llama-bpe", "qwen2"]:
        write(name, byte_level(name))
    write("qwen2-nfc", byte_level("qwen2", nfc=True))
    llama = {"split_digits": True, "allow_whitespace_only_pieces": True, "byte_fallback": True,
             "remove_extra_whitespaces": False}
    users = {"user_defined_symbols": ["<keep>", "ab"], "character_coverage": 0.98, "hard_vocab_limit": False}
    write("sentencepiece-bpe", reference.trained(TEXT, model_type="bpe", vocab_size=600, **llama))
    write("sentencepiece-bpe-merges", sentencepiece_by_merges())
    write("sentencepiece-bpe-unknown", reference.trained(TEXT, model_type="bpe", vocab_size=400, **users,
                                                         split_by_whitespace=False, unused=["th", "er", "▁the"]))
    write("unigram", reference.trained(TEXT, model_type="unigram", vocab_size=400, **users, unused=["th", "er"]))
    write("unigram-bytes", reference.trained(TEXT, model_type="unigram", vocab_size=500, **llama,
                                             hard_vocab_limit=False, add_dummy_prefix=False))
    for name, lower_case in [("wordpiece", True), ("wordpiece-cased", False)]:
        write(name, word_piece(lower_case), skip=[b"[CLS]"])


if __name__ == "__main__":
    main()
