#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The zip, unpacked by Info-ZIP.
. "$(dirname "$0")/hostile.sh"
need unzip
fiche export -q articles.fiche --to zip -o a.zip
unzip -tq a.zip
unzip -q a.zip -d out
. "$here/unpacked.sh"
