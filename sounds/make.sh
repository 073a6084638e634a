#!/bin/sh
# Makes the prompts of prompts.txt with flite and sox: 8 kHz, 16 bits, mono, in en/.
#
# usage: sounds/make.sh [name ...]      (no name makes them all)
set -eu
cd "$(dirname "$0")"
voice=slt
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Speech loses the silence at both ends and is brought to one loudness; the band is that of a telephone.
speak() {
    flite -voice "$voice" -t "$1" -o "$work/raw.wav"
    sox "$work/raw.wav" -b 16 -r 8000 -c 1 "$2" \
        highpass 120 lowpass 3600 \
        silence 1 0.01 0.12% reverse silence 1 0.01 0.12% reverse \
        pad 0.01 0.03 norm -6
}

# A tab is the only separator; text may hold anything else.
tab=$(printf '\t')
while IFS="$tab" read -r name text; do
    case "$name" in '' | '#'*) continue ;; esac
    if [ $# -gt 0 ]; then
        case " $* " in *" $name "*) ;; *) continue ;; esac
    fi
    file=en/$name.wav
    mkdir -p "$(dirname "$file")"
    case "$text" in
    '[beep]') sox -n -b 16 -r 8000 -c 1 "$file" synth 0.4 sine 1000 fade 0.01 0.4 0.01 gain -9 ;;
    '[silence '*) sox -n -b 16 -r 8000 -c 1 "$file" trim 0 "$(printf '%s' "$text" | tr -dc 0-9)" ;;
    *) speak "$text" "$file" ;;
    esac
    echo "$file"
done <prompts.txt
