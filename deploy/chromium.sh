#!/bin/sh
# Installs Chromium (Debian package chromium) where that is possible; the tests of pages in a browser skip otherwise.
if command -v chromium >/dev/null 2>&1; then exit 0; fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing Chromium"
    (apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium) \
        >/dev/null 2>&1 && exit 0
fi
echo "Chromium is not here: the tests of the console in a browser will be skipped"
