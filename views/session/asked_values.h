#pragma once

// Values of items that a view shows, asked of the supervisor and mapped in a thread of their own. What is wanted is said
// anew each time; what is not wanted any more is taken back.

#include "views/session/session.h"

#include <QObject>
#include <QThreadPool>
#include <any>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace ratescope::views {

/// "reference", "candidate" or "map:METRIC" of an item.
struct ValueKey {
    store::ItemId item = 0;
    std::string port;

    auto operator<=>(const ValueKey&) const = default;
};

class AskedValues : public QObject {
    Q_OBJECT

  public:
    struct Asked {
        std::any value;  ///< what `open` made of the file; empty while it is on its way
        std::optional<Error> failure;
        std::string file;

        bool settled() const { return value.has_value() || failure; }
    };
    /// Of a mapped value file, in a thread of its own; may throw Error.
    using Open = std::function<std::any(const ValueKey& key, const std::string& file)>;

    AskedValues(Session& session, Open open, QObject* parent = nullptr);
    ~AskedValues() override;

    /// The first is wanted most. Starts a supervisor where none is attached.
    void want(const std::vector<ValueKey>& keys);
    Asked asked(const ValueKey& key) const;
    /// Forgets what failed, so that it is asked for again.
    void retry();
    /// Another library: all that is here is void.
    void clear();

    /// Requests that are not answered yet.
    std::size_t waiting() const;

  signals:
    void changed();

  private:
    struct Entry {
        int request = 0;     ///< number of the request while it waits
        quint64 serial = 0;  ///< of the request: an answer to an older one is void
        Asked asked;
        quint64 used = 0;
    };

    void ask(const ValueKey& key);
    void map(const ValueKey& key, quint64 serial, const std::string& file);
    void settle(const ValueKey& key, quint64 serial, const Asked& asked);
    Entry* entryOf(const ValueKey& key, quint64 serial);
    void dropUnused();

    Session& session_;
    Open open_;
    std::map<ValueKey, Entry> entries_;
    quint64 turn_ = 0, lastSerial_ = 0;
    QThreadPool pool_;
};

}  // namespace ratescope::views
