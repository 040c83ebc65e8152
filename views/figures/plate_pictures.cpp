#include "views/figures/plate_pictures.h"

#include "views/figure/picture.h"

#include <map>
#include <utility>

namespace ratescope::views {
namespace {

/// The original is the first item's reference.
std::vector<ValueKey> keysOf(const FigurePlate& plate) {
    std::vector<ValueKey> keys{{plate.items.front().item.id, "reference"}};
    for (const store::ComparedItem& compared : plate.items)
        keys.push_back({compared.item.id, "candidate"});
    return keys;
}

}  // namespace

PlatePictures::PlatePictures(Session& session, QObject* parent)
    : QObject(parent), values_(session, [](const ValueKey&, const std::string& file) -> std::any {
          return readPicture(file);
      }) {
    pool_.setMaxThreadCount(1);
    connect(&values_, &AskedValues::changed, this, &PlatePictures::take);
    connect(&session.results, &Results::opened, this, [this] {
        forget();
        values_.clear();
    });
}

void PlatePictures::complete(const FigurePtr& plate) {
    ++turn_;
    waiting_ = plate;
    values_.retry();
    values_.want(keysOf(*plate->plate));
    take();
}

void PlatePictures::forget() {
    ++turn_;
    waiting_ = nullptr;
}

void PlatePictures::take() {
    if (!waiting_) return;
    std::map<ValueKey, QImage> pictures;
    for (const ValueKey& key : keysOf(*waiting_->plate)) {
        const AskedValues::Asked asked = values_.asked(key);
        if (asked.failure) return settle(turn_, nullptr, asked.failure);
        if (!asked.settled()) return;
        pictures[key] = std::any_cast<QImage>(asked.value);
    }
    pool_.start(
        [this, plate = std::exchange(waiting_, nullptr), pictures = std::move(pictures), turn = turn_] {
            FigurePtr figure;
            std::optional<Error> failure;
            try {
                figure = std::make_shared<const StudyFigure>(
                    withPictures(*plate, [&](store::ItemId item, const std::string& port) {
                        return pictures.at({item, port});
                    }));
            } catch (const Error& error) {
                failure = error;
            }
            // The pool is waited for before this object goes.
            QMetaObject::invokeMethod(
                this, [this, turn, figure, failure] { settle(turn, figure, failure); }, Qt::QueuedConnection);
        });
}

void PlatePictures::settle(quint64 turn, const FigurePtr& figure, const std::optional<Error>& failure) {
    if (turn != turn_) return;
    waiting_ = nullptr;
    if (failure)
        emit failed(*failure);
    else
        emit completed(figure);
}

}  // namespace ratescope::views
