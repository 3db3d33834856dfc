#!/usr/bin/env bash
# Finds the Chromium that tests of pages run in, or installs Debian's. Says so, and ends with 1, where there is none to be had.
set -uo pipefail

for path in "${CHROMIUM:-}" /usr/bin/chromium /usr/bin/chromium-browser /usr/bin/google-chrome; do
  if [ -x "$path" ]; then
    echo "$path"
    exit 0
  fi
done

why='there is no apt-get here'
if command -v apt-get >/dev/null; then
  as_root=()
  [ "$(id -u)" -eq 0 ] || as_root=(sudo -n)
  export DEBIAN_FRONTEND=noninteractive
  if why=$({ "${as_root[@]}" apt-get update -q && "${as_root[@]}" apt-get install -y -q --no-install-recommends chromium; } 2>&1) &&
    [ -x /usr/bin/chromium ]; then
    echo /usr/bin/chromium
    exit 0
  fi
fi
echo "No Chromium, and none could be installed, so tests in a browser are skipped. Install one, or name it in CHROMIUM." >&2
echo "$why" | tail -n 3 >&2
exit 1
