#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The tar, from a pipe, unpacked by tar.
. "$(dirname "$0")/hostile.sh"
need tar
mkdir out
fiche export -q articles.fiche --to tar | tar --warning=no-timestamp -xf - -C out
. "$here/unpacked.sh"
