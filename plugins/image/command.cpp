// Any external encoder and decoder of pictures.

#include "core/media/command/command.h"

#include "core/buffer/aside_file.h"
#include "core/error.h"
#include "core/graph/wording.h"
#include "core/media/assets/image_file.h"
#include "plugins/image/nodes.h"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace ratescope::media::image {
namespace {

using graph::ParameterType;
using graph::Stage;

const std::map<std::string, std::string> encoderFiles = {{"input", "pnm"}, {"bitstream", "bin"}};
const std::map<std::string, std::string> decoderFiles = {{"bitstream", "bin"}, {"output", "pnm"}};
const std::vector<std::string> takenNames = {"input", "output", "bitstream", "quality", "list", "id"};

/// A server says so when it has done what it was asked; of other programs the files tell.
void requireDone(const CommandSetup& setup, const CommandAnswers& answers) {
    if (setup.mode != CommandMode::Server) return;
    for (const std::string& answer : answers.each)
        if (answer != "ok" && answer.rfind('{', 0) != 0)
            throw Error(ErrorKind::Input,
                        setup.name + " answered " + graph::inQuotes(answer) +
                            ", which is neither ok nor a JSON object.",
                        "docs/commands.md says what a server answers.");
}

class Command : public CodecNode {
  public:
    Resources resources(const Parameters& parameters) const override { return commandResources(parameters); }

    void encode(Context& context, const Inputs& inputs, const Parameters& parameters,
                ByteSink& sink) const override {
        encodeBatch(context, {&inputs, 1}, {&parameters, 1}, {&sink, 1});
    }

    Outputs decode(Context& context, ByteSource& source, const Inputs& shared,
                   const Parameters& parameters) const override {
        return decodeBatch(context, {&source, 1}, {&shared, 1}, {&parameters, 1}).front();
    }

    void encodeBatch(Context& context, std::span<const Inputs> inputs, std::span<const Parameters> parameters,
                     std::span<ByteSink> sinks) const override {
        const CommandSetup setup =
            commandSetup("The encoder", parameters.front(), "encoder", "encoder-request");
        std::vector<Request> requests;
        for (std::size_t i = 0; i < inputs.size(); ++i) {
            NamedValues values = namedValues(parameters[i].text("values"), takenNames);
            values.emplace_back("quality", graph::toText(parameters[i].real("quality")));
            requests.emplace_back(setup.form, callFolder(context, i), encoderFiles, std::move(values));
            writeImage(requests.back().file("input"), inputs[i].image("image"));
        }
        requireDone(setup, runCommand(context, setup, requests));
        for (std::size_t i = 0; i < inputs.size(); ++i)
            sinks[i].write("stream", readMade(setup, requests[i], "bitstream"));
    }

    std::vector<Outputs> decodeBatch(Context& context, std::span<ByteSource> sources, std::span<const Inputs>,
                                     std::span<const Parameters> parameters) const override {
        const CommandSetup setup =
            commandSetup("The decoder", parameters.front(), "decoder", "decoder-request");
        std::vector<Request> requests;
        for (std::size_t i = 0; i < sources.size(); ++i) {
            requests.emplace_back(setup.form, callFolder(context, i), decoderFiles,
                                  namedValues(parameters[i].text("decoder-values"), takenNames));
            AsideFile stream(requests.back().file("bitstream"));
            stream.write(sources[i].read(sources[i].left()));
            stream.commit();
        }
        requireDone(setup, runCommand(context, setup, requests));
        std::vector<Outputs> outputs;
        for (const Request& request : requests)
            outputs.push_back(
                {{"image", std::make_shared<const Image>(
                               decodeImage(readMade(setup, request, "output"), "What the decoder wrote"))}});
        return outputs;
    }
};

std::vector<graph::Parameter> programParameters() {
    const graph::VisibleIf spoken{"mode", {std::string("batch"), std::string("server")}};
    return {
        {.id = "encoder",
         .label = "Encoder",
         .help = "For example: cjpeg -quality {quality} -outfile {bitstream.jpg} {input.ppm}",
         .type = ParameterType::Command,
         .defaultValue = std::string()},
        {.id = "decoder",
         .label = "Decoder",
         .help = "For example: djpeg -outfile {output.ppm} {bitstream.jpg}",
         .type = ParameterType::Command,
         .defaultValue = std::string(),
         .stage = Stage::Decode},
        {.id = "quality",
         .label = "Quality",
         .help = "What {quality} stands for; a whole number is written as one",
         .type = ParameterType::Real,
         .defaultValue = 75.0,
         .movesAlongCurve = true},
        {.id = "values",
         .label = "Values",
         .help = "More names for the encoder's command or request: speed=4 label=\"two words\" gives {speed} "
                 "and {label}",
         .type = ParameterType::Text,
         .defaultValue = std::string()},
        {.id = "decoder-values",
         .label = "Decoder's values",
         .help = "The same for the decoder; sweeping them encodes nothing again",
         .type = ParameterType::Text,
         .defaultValue = std::string(),
         .stage = Stage::Decode},
        {.id = "encoder-request",
         .label = "Encoder's request",
         .help = "What a line of the list, or a request to the server, says",
         .type = ParameterType::Text,
         .defaultValue = std::string("{input} {bitstream} {quality}"),
         .visibleIf = spoken},
        {.id = "decoder-request",
         .label = "Decoder's request",
         .help = "The same for the decoder",
         .type = ParameterType::Text,
         .defaultValue = std::string("{bitstream} {output}"),
         .visibleIf = spoken,
         .stage = Stage::Decode},
    };
}

constexpr const char* commandManual =
    R"(Any codec that can be run from a command line, without writing a line of C++. The stored stream is the file
that the encoder wrote, and the rate is its size.

**Commands** are templates that no shell reads: white space separates words, '…' and "…" keep it, `{name}` stands for a
value that arrives whole. `{input}` is the picture, as PNM, or in the format of the extension that you give it
(`{input.png}`, `{input.ppm}`, `{input.pgm}`); `{bitstream}` is the file to write, with the extension that you give it
(`{bitstream.avif}`); the decoder reads `{bitstream}` and writes `{output}`, in any format that Ratescope reads.
`{quality}` and the names of `values` are the encoder's.

**Decoding** happens in another process and another folder: the decoder has the bytes of the stream and its own
parameters, nothing else. A codec that needs more must write it into the stream.

**What is computed again**: the bytes of the program, and of each file that stands as a word of the command (or behind a
`=`), are part of what names a result. A codec that is built anew runs again; what it loads besides does not count.

**Modes**: `call` starts the program for each item. `batch` starts it once for several, listed in the file `{list}`.
`server` starts it once in the life of a worker and asks it, a line an item: a codec in Python pays its imports once.

**Limits**: time, memory and disk, for one item. A program that exceeds them is killed with all processes that it has
started, and so is what it leaves behind; the item fails with the reason and the program's last words.

**Approval**: a document's commands run only after you have seen them: `ratescope-cli run --allow-commands`.

docs/commands.md has an example of each mode.
)";

graph::Manifest commandManifest() {
    graph::Manifest manifest;
    manifest.id = "image.command";
    manifest.title = "Command";
    manifest.family = "image";
    manifest.summary = "Any external encoder and decoder, by their command lines";
    manifest.manual = commandManual;
    manifest.kind = graph::NodeKind::Codec;
    manifest.synonyms = {"external codec", "executable", "program",   "script",
                         "shell",          "binary",     "subprocess"};
    manifest.inputs = {{.id = "image",
                        .label = "Image",
                        .type = graph::PortType::Image,
                        .role = graph::PortRole::Coded,
                        .help = "What the format of {input} can hold."}};
    manifest.outputs = {
        {.id = "image", .label = "Image", .type = graph::PortType::Image, .help = "What the decoder wrote."},
        {.id = "bitstream",
         .label = "File",
         .type = graph::PortType::Bitstream,
         .help = "What the encoder wrote, byte for byte."}};
    manifest.parameters = programParameters();
    for (graph::Parameter& parameter : commandParameters(Stage::Every))
        manifest.parameters.push_back(std::move(parameter));
    manifest.extension = "bin";
    return manifest;
}

}  // namespace

NodeEntry commandNode() {
    return {commandManifest(), [] { return std::make_unique<Command>(); }};
}

}  // namespace ratescope::media::image
