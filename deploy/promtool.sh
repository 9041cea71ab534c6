#!/bin/sh
# Installs promtool (Debian package prometheus) where that is possible; the tests that need it skip otherwise.
if command -v promtool >/dev/null 2>&1; then exit 0; fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing promtool"
    (apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends prometheus) \
        >/dev/null 2>&1 && exit 0
fi
echo "promtool is not here: the tests of alert rules and scrape configuration will be skipped"
