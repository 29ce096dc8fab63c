# shellcheck shell=bash
# Shared by the scripts of this folder; sourced, never run.

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
# shellcheck disable=SC2034 # Used by the scripts that source this file.
deps="$root/.deps"

if [[ -t 2 && -z "${NO_COLOR:-}" ]]; then
    style_step=$'\e[1;36m' style_good=$'\e[32m' style_bad=$'\e[1;31m' style_off=$'\e[0m'
else
    style_step='' style_good='' style_bad='' style_off=''
fi

# Progress goes to standard error: standard output belongs to what the script runs.
step() { printf '%s==>%s %s\n' "$style_step" "$style_off" "$*" >&2; }
good() { printf '  %s✓%s %s\n' "$style_good" "$style_off" "$*" >&2; }
warn() { printf '  %s!%s %s\n' "$style_bad" "$style_off" "$*" >&2; }

# Ends the script: what is wrong, then one line each on how to fix it.
fail() {
    printf '%s✗ %s%s\n' "$style_bad" "$1" "$style_off" >&2
    shift
    if (($# > 0)); then printf '  %s\n' "$@" >&2; fi
    exit 1
}

# Prints the comment at the top of the calling script, which is its help.
show_help() { sed -n '2,/^[^#]/{s/^# \{0,1\}//p;}' "$0"; }

# The words before a command that needs root; empty for root itself.
# Asks for no password when there is nobody to type it.
# shellcheck disable=SC2034 # privilege is for the callers.
find_privilege() {
    privilege=()
    if ((EUID == 0)); then return 0; fi
    command -v sudo >/dev/null || return 1
    if [[ -t 0 ]]; then
        privilege=(sudo)
    else
        sudo -n true 2>/dev/null || return 1
        privilege=(sudo -n)
    fi
}

# True when $1 is at least $2, both like 6.2 or 6.3.1.
version_at_least() { [[ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" == "$2" ]]; }
