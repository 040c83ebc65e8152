#!/usr/bin/env bash
# Static rANS of bytes against htscodecs, scalar and with vectors, in blocks of 1 MiB: 34 MB of 8-bit Gaussian symbols
# and the int8 weights of ResNet-56 (each tensor rounded to 127 steps of its greatest weight). Goals: each as fast as
# the peer both ways, and no larger.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../common.sh"
build=${RATESCOPE_BUILD:-$root/build/release}
cmake "$build" >/dev/null # the peer may have been installed since
cmake --build "$build" --target bench-rans >&2

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$benchPython" - "${RATESCOPE_DATA:-$root/../shared/data}/models/resnet_cifar10/resnet56-4bfd9763.th" "$work/resnet56-int8" <<'PYTHON'
import sys
import numpy, torch
state = torch.load(sys.argv[1], map_location="cpu", weights_only=True)["state_dict"]
weights = [tensor.numpy() for tensor in state.values() if tensor.dim() > 1]
codes = [numpy.rint(tensor / abs(tensor).max() * 127).astype(numpy.int8).ravel() for tensor in weights]
numpy.concatenate(codes).tofile(sys.argv[2])
PYTHON
dpkg-query -W -f '${Package} ${Version}\n' libhtscodecs-dev
"$build/bin/bench-rans" "$work/resnet56-int8"
