#include "core/media/assets/pickle_reader.h"

#include "core/media/assets/byte_reader.h"
#include "core/utf8.h"

#include <algorithm>
#include <cstdio>
#include <unordered_map>

namespace ratescope::media {
namespace {

using Kind = PickleValue::Kind;

constexpr std::size_t mostBytes = 64 << 20;
constexpr std::size_t mostValues = 1 << 21;
constexpr std::size_t mostAxes = 64;
constexpr std::size_t longestKey = 200;  // Real ones are numbers.

struct StorageName {
    const char* name;
    DType type;
};

constexpr StorageName storages[] = {
    {"torch FloatStorage", DType::F32},     {"torch HalfStorage", DType::F16},
    {"torch BFloat16Storage", DType::BF16}, {"torch DoubleStorage", DType::F64},
    {"torch ByteStorage", DType::U8},       {"torch CharStorage", DType::I8},
    {"torch ShortStorage", DType::I16},     {"torch IntStorage", DType::I32},
    {"torch LongStorage", DType::I64},      {"torch BoolStorage", DType::Bool}};

const StorageName* storageNamed(std::string_view name) {
    const auto* found = std::find_if(std::begin(storages), std::end(storages),
                                     [&](const StorageName& storage) { return name == storage.name; });
    return found == std::end(storages) ? nullptr : found;
}

constexpr std::string_view callables[] = {"collections OrderedDict", "torch Size",
                                          "torch._utils _rebuild_tensor_v2", "torch._utils _rebuild_tensor",
                                          "torch._utils _rebuild_parameter"};

/// The name where the tables have it; empty for any other.
std::string_view knownGlobal(const std::string& name) {
    if (const StorageName* storage = storageNamed(name)) return storage->name;
    const auto* found = std::find(std::begin(callables), std::end(callables), name);
    return found == std::end(callables) ? std::string_view() : *found;
}

/// The machine that pickles are written for: a stack, marks in it, and a memo.
class Machine {
  public:
    Machine(std::span<const std::byte> bytes, const std::string& name, std::deque<PickleValue>& values)
        : reader_(bytes, "PyTorch file", name), name_(name), values_(values) {}

    const PickleValue& run() {
        while (!step(reader_.number<std::uint8_t>())) {
        }
        return *pop();
    }
    std::size_t position() const { return reader_.position(); }

  private:
    PickleValue* make(Kind kind) {
        if (values_.size() >= mostValues) throw reader_.damaged("its pickle has too many values");
        values_.emplace_back();
        values_.back().kind = kind;
        return &values_.back();
    }
    void push(PickleValue* value) { stack_.push_back(value); }
    PickleValue* pop() {
        const std::size_t floor = marks_.empty() ? 0 : marks_.back();
        if (stack_.size() <= floor) throw reader_.damaged("its pickle takes what is not there");
        PickleValue* value = stack_.back();
        stack_.pop_back();
        return value;
    }
    PickleValue* top(Kind kind) {
        const std::size_t floor = marks_.empty() ? 0 : marks_.back();
        if (stack_.size() <= floor || stack_.back()->kind != kind)
            throw reader_.damaged("its pickle fills something that is no list or dictionary");
        return stack_.back();
    }
    std::vector<PickleValue*> popToMark() {
        if (marks_.empty()) throw reader_.damaged("its pickle has no mark where it needs one");
        std::vector<PickleValue*> items(stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back()),
                                        stack_.end());
        stack_.resize(marks_.back());
        marks_.pop_back();
        return items;
    }

    void pushInteger(std::int64_t value, Kind kind = Kind::Int) {
        PickleValue* made = make(kind);
        made->integer = value;
        push(made);
    }
    void pushText(std::uint64_t length) {
        PickleValue* made = make(Kind::Text);
        made->text = reader_.text(length);
        if (!isUtf8(made->text)) throw reader_.damaged("a text of its pickle is not UTF-8");
        push(made);
    }
    void pushTuple(std::size_t count) {
        PickleValue* made = make(Kind::Tuple);
        made->items.resize(count);
        for (std::size_t i = count; i-- > 0;)
            made->items[i] = pop();
        push(made);
    }
    void pushMarked(Kind kind) {
        PickleValue* made = make(kind);
        made->items = popToMark();
        push(made);
    }
    /// Big-endian, as no other number here.
    void pushReal() {
        std::uint64_t bits = 0;
        for (int i = 0; i < 8; ++i)
            bits = bits << 8 | reader_.number<std::uint8_t>();
        PickleValue* made = make(Kind::Real);
        made->real = std::bit_cast<double>(bits);
        push(made);
    }
    /// Of up to eight bytes; the ten of PyTorch's magic number keep their lower eight.
    void pushLong() {
        const auto bytes = reader_.raw(reader_.number<std::uint8_t>());
        if (bytes.size() > 10) throw reader_.damaged("a number of its pickle is too large");
        std::uint64_t value = !bytes.empty() && (bytes.back() & std::byte{0x80}) != std::byte{0} ? ~0ull : 0;
        std::memcpy(&value, bytes.data(), std::min<std::size_t>(bytes.size(), 8));
        pushInteger(static_cast<std::int64_t>(value));
    }
    std::string line() {
        std::string text;
        for (char c = reader_.number<char>(); c != '\n'; c = reader_.number<char>()) {
            if (text.size() > 200) throw reader_.damaged("a name in its pickle is too long");
            text += c;
        }
        return text;
    }
    void pushGlobal() {
        std::string name = line();
        name += " " + line();
        const std::string_view known = knownGlobal(name);
        if (known.empty())
            throw Error(ErrorKind::Input,
                        name_ + " asks for " + quote(name) +
                            ", which is not followed: only tensors "
                            "in dictionaries are read, and nothing is executed.",
                        "Save the model's state_dict alone, or convert it to safetensors.");
        PickleValue* made = make(Kind::Global);
        made->text = known;
        push(made);
    }

    void remember(std::uint32_t place) {
        PickleValue* value = pop();
        push(value);
        memo_[place] = value;
    }
    void recall(std::uint32_t place) {
        const auto found = memo_.find(place);
        if (found == memo_.end()) throw reader_.damaged("its pickle recalls what it has not kept");
        push(found->second);
    }

    void setItems(const std::vector<PickleValue*>& items) {
        if (items.size() % 2 != 0) throw reader_.damaged("a key of its pickle has no value");
        PickleValue* dict = top(Kind::Dict);
        dict->items.insert(dict->items.end(), items.begin(), items.end());
    }
    void setItem() {
        PickleValue* value = pop();
        PickleValue* key = pop();
        setItems({key, value});
    }
    void append(const std::vector<PickleValue*>& items) {
        PickleValue* list = top(Kind::List);
        list->items.insert(list->items.end(), items.begin(), items.end());
    }

    Error unfit(const std::string& what) const {
        return reader_.damaged("its pickle has " + what + " of another form");
    }
    void countCopied(std::size_t count) {
        copied_ += count;
        if (copied_ > mostValues) throw reader_.damaged("its pickle has too many values");
    }
    std::vector<std::int64_t> integersOf(const PickleValue& tuple) {
        if (tuple.items.size() > mostAxes) throw unfit("a shape");
        countCopied(tuple.items.size());
        std::vector<std::int64_t> integers;
        for (const PickleValue* item : tuple.items) {
            if (item->kind != Kind::Int) throw unfit("a shape");
            integers.push_back(item->integer);
        }
        return integers;
    }
    static bool isA(const PickleValue* value, Kind kind) { return value->kind == kind; }

    /// ("storage", class, key, location, number of elements), in the legacy format also None: no view of another.
    void pushStorage() {
        const PickleValue* id = pop();
        const auto& items = id->items;
        const bool fits = isA(id, Kind::Tuple) && (items.size() == 5 || items.size() == 6) &&
                          items[0]->text == "storage" && isA(items[1], Kind::Global) &&
                          storageNamed(items[1]->text) && isA(items[2], Kind::Text) &&
                          items[2]->text.size() <= longestKey && isA(items[4], Kind::Int) &&
                          (items.size() == 5 || isA(items[5], Kind::None));
        if (!fits) throw unfit("a storage");
        PickleValue* made = make(Kind::Storage);
        made->type = storageNamed(items[1]->text)->type;
        made->text = items[2]->text;
        made->integer = items[4]->integer;
        push(made);
    }
    PickleValue* tensorOf(const std::vector<PickleValue*>& arguments) {
        const bool fits = arguments.size() >= 4 && isA(arguments[0], Kind::Storage) &&
                          isA(arguments[1], Kind::Int) && isA(arguments[2], Kind::Tuple) &&
                          isA(arguments[3], Kind::Tuple);
        if (!fits) throw unfit("a tensor");
        PickleValue* made = make(Kind::Tensor);
        made->storage = arguments[0];
        made->integer = arguments[1]->integer;
        made->shape = integersOf(*arguments[2]);
        made->strides = integersOf(*arguments[3]);
        if (made->shape.size() != made->strides.size()) throw unfit("a tensor");
        return made;
    }
    /// OrderedDict() or, in old files, OrderedDict([[key, value], …]).
    PickleValue* dictOf(const std::vector<PickleValue*>& arguments) {
        PickleValue* made = make(Kind::Dict);
        if (arguments.empty()) return made;
        if (arguments.size() != 1 || !isA(arguments[0], Kind::List)) throw unfit("a dictionary");
        countCopied(arguments[0]->items.size());
        for (const PickleValue* pair : arguments[0]->items) {
            if (pair->items.size() != 2 || isA(pair, Kind::Dict)) throw unfit("a dictionary");
            made->items.insert(made->items.end(), pair->items.begin(), pair->items.end());
        }
        return made;
    }
    void reduce() {
        const PickleValue* tuple = pop();
        const PickleValue* callable = pop();
        if (!isA(callable, Kind::Global) || !isA(tuple, Kind::Tuple)) throw unfit("a call");
        const auto& arguments = tuple->items;
        const std::string_view name = callable->text;
        if (name == "collections OrderedDict") {
            push(dictOf(arguments));
        } else if ((name == "torch Size" && arguments.size() == 1 && isA(arguments[0], Kind::Tuple)) ||
                   (name == "torch._utils _rebuild_parameter" && !arguments.empty() &&
                    isA(arguments[0], Kind::Tensor))) {
            push(arguments[0]);
        } else if (name.starts_with("torch._utils _rebuild_tensor")) {
            push(tensorOf(arguments));
        } else {
            throw unfit("a call");
        }
    }
    /// A state beside the items, as OrderedDict has in "_metadata": nothing of tensors.
    void build() {
        pop();
        top(Kind::Dict);
    }

    bool step(std::uint8_t opcode);

    ByteReader reader_;
    const std::string& name_;
    std::deque<PickleValue>& values_;
    std::vector<PickleValue*> stack_;
    std::vector<std::size_t> marks_;
    std::size_t copied_ = 0;  ///< pairs that dictionaries were made of, and axes of tensors
    std::unordered_map<std::uint32_t, PickleValue*> memo_;
};

/// True at the end of the pickle. Names of opcodes are those of pickletools.
bool Machine::step(std::uint8_t opcode) {
    switch (opcode) {
        case '.':  // STOP
            return true;
        case 0x80:  // PROTO
            if (const int version = reader_.number<std::uint8_t>(); version != 2 && version != 3)
                throw reader_.damaged("its pickle is of protocol " + std::to_string(version) +
                                      ", not 2 or 3");
            break;
        case '(':  // MARK
            marks_.push_back(stack_.size());
            break;
        case 'N':  // NONE
            push(make(Kind::None));
            break;
        case 0x88:  // NEWTRUE
        case 0x89:  // NEWFALSE
            pushInteger(opcode == 0x88, Kind::Bool);
            break;
        case 'J':  // BININT
            pushInteger(reader_.number<std::int32_t>());
            break;
        case 'K':  // BININT1
            pushInteger(reader_.number<std::uint8_t>());
            break;
        case 'M':  // BININT2
            pushInteger(reader_.number<std::uint16_t>());
            break;
        case 0x8a:  // LONG1
            pushLong();
            break;
        case 'G':  // BINFLOAT
            pushReal();
            break;
        case 'X':  // BINUNICODE
        case 'T':  // BINSTRING
            pushText(reader_.number<std::uint32_t>());
            break;
        case 'U':  // SHORT_BINSTRING
            pushText(reader_.number<std::uint8_t>());
            break;
        case ')':  // EMPTY_TUPLE
            push(make(Kind::Tuple));
            break;
        case 0x85:  // TUPLE1
        case 0x86:  // TUPLE2
        case 0x87:  // TUPLE3
            pushTuple(opcode - 0x84u);
            break;
        case 't':  // TUPLE
            pushMarked(Kind::Tuple);
            break;
        case ']':  // EMPTY_LIST
            push(make(Kind::List));
            break;
        case '}':  // EMPTY_DICT
            push(make(Kind::Dict));
            break;
        case 'a':  // APPEND
            append({pop()});
            break;
        case 'e':  // APPENDS
            append(popToMark());
            break;
        case 's':  // SETITEM
            setItem();
            break;
        case 'u':  // SETITEMS
            setItems(popToMark());
            break;
        case 'c':  // GLOBAL
            pushGlobal();
            break;
        case 'R':  // REDUCE
            reduce();
            break;
        case 'b':  // BUILD
            build();
            break;
        case 'Q':  // BINPERSID
            pushStorage();
            break;
        case 'q':  // BINPUT
            remember(reader_.number<std::uint8_t>());
            break;
        case 'r':  // LONG_BINPUT
            remember(reader_.number<std::uint32_t>());
            break;
        case 'h':  // BINGET
            recall(reader_.number<std::uint8_t>());
            break;
        case 'j':  // LONG_BINGET
            recall(reader_.number<std::uint32_t>());
            break;
        default: {
            char text[5];
            std::snprintf(text, sizeof text, "0x%02x", opcode);
            throw Error(
                ErrorKind::Input,
                name_ + " has a pickle with the opcode " + text + ", which no dictionary of tensors needs.",
                "Save the model's state_dict alone, or convert it to safetensors.");
        }
    }
    return false;
}

}  // namespace

const PickleValue& PickleReader::next() {
    const auto rest = bytes_.subspan(position_);
    Machine machine(rest.first(std::min(rest.size(), mostBytes)), name_, values_);
    const PickleValue& value = machine.run();
    position_ += machine.position();
    return value;
}

}  // namespace ratescope::media
