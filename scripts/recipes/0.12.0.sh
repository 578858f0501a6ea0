#!/usr/bin/env bash
# From the weights of version 0.10.0 (models/grens-nl at commit e0f33ab) to those of 0.12.0: three rounds, each the mean of several seeds.
#
# Usage, from the repository's root: scripts/recipes/0.12.0.sh DATA WORK OUT        (DATA as for scripts.build_model; some two hours on 2 cores)
#
# The rounds were run on the rows as they were then: commits e561e64, 97bb7d4 and 783f04f. On later rows the figures differ a little.
set -euo pipefail
data=$1 work=$2 out=$3
start=$work/start-0.12.0
mkdir -p "$work/runs"
if [ ! -d "$start" ]; then
    grep -q 'version = "0.10.0"' models/grens-nl/grens.toml || { echo "error: models/grens-nl is not version 0.10.0: git checkout e0f33ab -- models/grens-nl" >&2; exit 1; }
    cp -r models/grens-nl "$start"
fi

seed() { # ROUND SEED FROM OPTIONS: one training, from the weights FROM; a finished one is not repeated
    local name=0.12.0-$1-seed-$2 from=$3
    [ -f "$work/runs/train-$name.json" ] || python3 -m scripts.train --base "$from" --start "$from" --data "$data" --out "$work/checkpoint-$name" --report "$work/runs/train-$name.json" \
        --epochs 1 --ground-weight 1 --respell 0 --rows 64 --tokens 6144 --seed "$2" "${@:4}"
}
mean() { # NAME FROM CHECKPOINT=WEIGHT...
    python3 -m scripts.train.soup --base "$2" --data "$data" --out "$work/$1" --report "$work/runs/$1.json" "${@:3}"
}

six=(--new hunt-denial hunt-forum hunt-quoted hunt-sly hunt-turns hunt-women)
first=(--dutch-passes 0.5 "${six[@]}" --new-passes 2 --frames-passes 0.6 --grenscheck-passes 0.5 --public-share 0.35 --lr 8e-5)
second=(--dutch-passes 0.5 "${six[@]}" --new-passes 1 --frames-passes 0.5 --grenscheck-passes 0.5 --public-share 0.4 --lr 8e-5)
third=(--dutch-passes 0.3 --new women-i thanks codes replies --new-passes 2 --frames-passes 0.7 --grenscheck-passes 0.4 --public-share 0.35 --lr 7e-5)

parts=()
for s in 191 192 193 194 195; do
    seed 1 "$s" "$start" "${first[@]}"
    parts+=("$work/checkpoint-0.12.0-1-seed-$s=1")
done
mean mean-0.12.0-1 "$start" "${parts[@]}"

parts=("$work/mean-0.12.0-1=1.3")
for s in 201 202 203; do
    seed 2 "$s" "$work/mean-0.12.0-1" "${second[@]}"
    parts+=("$work/checkpoint-0.12.0-2-seed-$s=1")
done
mean mean-0.12.0-2 "$start" "${parts[@]}"

parts=("$work/mean-0.12.0-2=6")
for s in 231 232 233; do
    seed 3 "$s" "$work/mean-0.12.0-2" "${third[@]}"
    parts+=("$work/checkpoint-0.12.0-3-seed-$s=1")
done
mean mean-0.12.0-3 "$start" "${parts[@]}"

python3 -m scripts.export_int8 --checkpoint "$work/mean-0.12.0-3" --out "$out" --version 0.12.0
python3 -m scripts.calibrate --model "$out" --data "$data" --policy grens-nl-12 --report "$work/runs/calibrate-0.12.0.json"
