#include "views/session/asked_values.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace ratescope::views {
namespace {

/// Mapped files cost address space, not memory; this many are kept for a quick way back.
constexpr std::size_t mostKept = 48;

AskedValues::Asked opened(const AskedValues::Open& open, const ValueKey& key, const std::string& file) {
    try {
        return {open(key, file), {}, file};
    } catch (const Error& error) {
        return {{}, error, {}};
    }
}

}  // namespace

AskedValues::AskedValues(Session& session, Open open, QObject* parent)
    : QObject(parent), session_(session), open_(std::move(open)) {
    pool_.setMaxThreadCount(1);
}

AskedValues::~AskedValues() {
    pool_.clear();
    pool_.waitForDone();
}

void AskedValues::want(const std::vector<ValueKey>& keys) {
    ++turn_;
    for (const ValueKey& key : keys)
        if (const auto found = entries_.find(key); found != entries_.end()) found->second.used = turn_;
    dropUnused();
    const SupervisorLink::State state = session_.supervisor.state();
    const bool all =
        std::all_of(keys.begin(), keys.end(), [&](const ValueKey& key) { return entries_.contains(key); });
    if (all) return;
    if (state == SupervisorLink::State::None || state == SupervisorLink::State::Lost)
        session_.supervisor.start(session_.settings.jobs());
    // The supervisor serves the newest request first.
    for (auto key = keys.rbegin(); key != keys.rend(); ++key)
        if (!entries_.contains(*key)) ask(*key);
}

void AskedValues::ask(const ValueKey& key) {
    Entry& entry = entries_[key];
    entry.used = turn_;
    entry.serial = ++lastSerial_;
    entry.request = session_.supervisor.request(
        "value", {{"item", key.item}, {"port", key.port}}, this,
        [this, key, serial = entry.serial](const nlohmann::json& result) {
            map(key, serial, result.at("file").get<std::string>());
        },
        [this, key, serial = entry.serial](const Error& error) {
            settle(key, serial, {{}, error, {}});
        });
}

AskedValues::Entry* AskedValues::entryOf(const ValueKey& key, quint64 serial) {
    const auto found = entries_.find(key);
    return found == entries_.end() || found->second.serial != serial ? nullptr : &found->second;
}

void AskedValues::map(const ValueKey& key, quint64 serial, const std::string& file) {
    Entry* entry = entryOf(key, serial);
    if (!entry) return;
    entry->request = 0;
    pool_.start([this, key, serial, file] {
        // The destructor waits for this thread before the object goes.
        QMetaObject::invokeMethod(
            this, [this, key, serial, asked = opened(open_, key, file)] { settle(key, serial, asked); },
            Qt::QueuedConnection);
    });
}

void AskedValues::settle(const ValueKey& key, quint64 serial, const Asked& asked) {
    Entry* entry = entryOf(key, serial);
    if (!entry) return;
    entry->request = 0;
    entry->asked = asked;
    emit changed();
}

void AskedValues::dropUnused() {
    std::vector<std::map<ValueKey, Entry>::iterator> settled;
    for (auto each = entries_.begin(); each != entries_.end();) {
        auto& [key, entry] = *each;
        if (entry.used == turn_ || entry.asked.settled()) {
            if (entry.used != turn_) settled.push_back(each);
            ++each;
            continue;
        }
        if (entry.request)
            session_.supervisor.request(
                "forget", {{"target", entry.request}}, this, [](const nlohmann::json&) {},
                [](const Error&) {});
        each = entries_.erase(each);
    }
    if (settled.size() <= mostKept) return;
    std::sort(settled.begin(), settled.end(),
              [](const auto& a, const auto& b) { return a->second.used < b->second.used; });
    for (std::size_t i = 0; i + mostKept < settled.size(); ++i)
        entries_.erase(settled[i]);
}

AskedValues::Asked AskedValues::asked(const ValueKey& key) const {
    const auto found = entries_.find(key);
    return found == entries_.end() ? Asked{} : found->second.asked;
}

void AskedValues::retry() {
    std::erase_if(entries_, [](const auto& entry) { return entry.second.asked.failure.has_value(); });
}

void AskedValues::clear() {
    ++turn_;
    for (auto& [key, entry] : entries_)
        entry.used = 0;
    dropUnused();
    entries_.clear();
}

std::size_t AskedValues::waiting() const {
    return static_cast<std::size_t>(std::count_if(
        entries_.begin(), entries_.end(), [](const auto& entry) { return entry.second.request != 0; }));
}

}  // namespace ratescope::views
