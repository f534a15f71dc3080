#!/usr/bin/env bash
# Every test, or the parts named: installs what is missing, builds with the sanitizers, runs.
#   ./tests/run.sh              everything that CI runs
#   ./tests/run.sh unit api     parts of it
#   ./tests/run.sh all          the slow checks as well
# The last line is "N passed, N failed, N skipped"; before it stands why something was skipped.
set -uo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
. "$ROOT/deploy/lib/setup.sh"

PARTS=(style unit engine properties threads api contract client web fuzz)
PARTS_SLOW=(valgrind analyze)
PACKAGES_TEST=(clang clang-format libcmocka-dev libclang-rt-14-dev)
RESULTS=$ROOT/build-test/results
FUZZ_SECONDS=${FUZZ_SECONDS:-20}

usage() {
    cat <<END
usage: ./tests/run.sh [part…]

parts: ${PARTS[*]}
all:   those, and ${PARTS_SLOW[*]}
END
}

parts=()
for argument in "$@"; do
    case $argument in
    -h | --help) usage && exit 0 ;;
    all) parts+=("${PARTS[@]}" "${PARTS_SLOW[@]}") ;;
    *)
        if [[ " ${PARTS[*]} ${PARTS_SLOW[*]} " != *" $argument "* ]]; then
            usage >&2
            exit 64
        fi
        parts+=("$argument")
        ;;
    esac
done
[ ${#parts[@]} -gt 0 ] || parts=("${PARTS[@]}")

needs() {
    [[ " ${parts[*]} " == *" $1 "* ]]
}

# Debian 13 and Ubuntu have other versions of clang's runtime than Debian 12.
clang_runtime() {
    local version
    version=$(apt-cache depends clang 2>/dev/null | sed -n 's/.*Depends: clang-\([0-9]*\).*/\1/p' | head -n 1)
    printf 'libclang-rt-%s-dev' "${version:-14}"
}

# check NAME COMMAND…: one thing that passes or fails.
check() {
    local name=$1
    shift
    if "$@" >"$RESULTS/$name.log" 2>&1; then
        printf 'passed\t%s\n' "$name" >>"$RESULTS/checks.tsv"
    else
        printf 'failed\t%s\n' "$name" >>"$RESULTS/checks.tsv"
        say "FAILED $name"
        tail -n 60 "$RESULTS/$name.log" >&2
    fi
}

skip() {
    printf 'skipped\t%s\t%s\n' "$1" "$2" >>"$RESULTS/checks.tsv"
}

# meson_suite DIR SUITE: C tests; their results are read from Meson's own log.
meson_suite() {
    say "running $2 in $1"
    meson test -C "$ROOT/$1" --no-rebuild --suite "$2" --print-errorlogs --timeout-multiplier 4 \
        --logbase "results-$2" >"$RESULTS/$1-$2.log" 2>&1 ||
        { grep -vE ' OK  ' "$RESULTS/$1-$2.log" | tail -n 80 >&2; }
    cp "$ROOT/$1/meson-logs/results-$2.json" "$RESULTS/$1-$2.meson.json" ||
        printf 'failed\tmeson %s %s\n' "$1" "$2" >>"$RESULTS/checks.tsv"
}

# suite_targets DIR SUITE: the executables of a suite of tests, whatever starts them; Meson names
# them HASH@@NAME@exe.
suite_targets() {
    meson introspect --tests "$ROOT/$1" | /usr/bin/python3 -c '
import json, sys
for test in json.load(sys.stdin):
    if any(suite.endswith(":" + sys.argv[1]) for suite in test["suite"]):
        for target in test["depends"]:
            print(target.split("@@")[1].removesuffix("@exe"))' "$2" | sort -u
}

# pytest_part NAME [FOLDER]: a folder of tests; results as JUnit XML.
pytest_part() {
    local folder=${2:-$1}
    if [ ! -d "$ROOT/tests/$folder" ]; then
        skip "$1" "there is no tests/$folder"
        return
    fi
    say "running $1"
    (cd "$ROOT/tests" && DOCMILL_BIN=$ROOT/build-test/service/docmill \
        "$ROOT/.venv/bin/python" -m pytest -q -rs --junitxml "$RESULTS/$1.xml" "$folder") \
        >"$RESULTS/$1.log" 2>&1 || tail -n 80 "$RESULTS/$1.log" >&2
    [ -f "$RESULTS/$1.xml" ] || printf 'failed\tpytest %s\n' "$1" >>"$RESULTS/checks.tsv"
}

style_part() {
    local python=$ROOT/.venv/bin
    say "checking style"
    # Each version of clang-format has its own taste: the sources follow that of Debian 12.
    if clang-format --version | grep -q 'version 14\.'; then
        check format bash -c "cd '$ROOT' && git ls-files '*.c' '*.h' | xargs clang-format --dry-run --Werror"
    else
        skip format "clang-format 14 is not what is installed"
    fi
    check ruff "$python/ruff" check "$ROOT/client" "$ROOT/tests" "$ROOT/deploy"
    check ruff-format "$python/ruff" format --check "$ROOT/client" "$ROOT/tests" "$ROOT/deploy"
    check mypy "$python/mypy" --config-file "$ROOT/client/pyproject.toml"
    check pyright "$python/pyright" --project "$ROOT/client"
    check exports "$python/python" "$ROOT/tests/style/check_exports.py"
    check size "$python/python" "$ROOT/tests/style/check_size.py" "$ROOT"
    check words "$python/python" "$ROOT/tests/style/check_words.py" "$ROOT"
}

# The checker of metrics, taken out of its package: installed, that would start a server.  Without it
# one test is skipped and says so.
fetch_promtool() {
    local folder=$ROOT/build-test/prometheus
    ! command -v promtool >/dev/null && [ ! -x "$folder/usr/bin/promtool" ] || return 0
    say "fetching promtool"
    mkdir -p "$folder" && chmod 755 "$folder"
    (cd "$folder" && apt-get download -q prometheus && dpkg-deb -x prometheus_*.deb . &&
        rm -f prometheus_*.deb) >"$RESULTS/promtool.log" 2>&1 || true
}

fuzz_part() {
    local target name targets
    targets=(fuzz_read fuzz_compile fuzz_transform)
    CC=clang CXX=clang++ configure build-fuzz -Dfuzz=true -Dbuildtype=debugoptimized \
        -Db_sanitize=address,undefined -Db_lundef=false
    compile build-fuzz "${targets[@]}"
    /usr/bin/python3 "$ROOT/tests/fuzz/seeds.py" "$ROOT/tests/engine/cases" \
        "$ROOT/build-fuzz/corpus/fuzz_transform"
    /usr/bin/python3 "$ROOT/tests/fuzz/seeds.py" --pipelines "$ROOT/tests/engine/cases" \
        "$ROOT/build-fuzz/corpus/fuzz_compile"
    for name in "${targets[@]}"; do
        target=$ROOT/build-fuzz/tests/fuzz/$name
        say "fuzzing with $name for $FUZZ_SECONDS s"
        mkdir -p "$ROOT/build-fuzz/corpus/$name"
        check "$name" "$target" -max_total_time="$FUZZ_SECONDS" -rss_limit_mb=4096 \
            -timeout=20 -artifact_prefix="$RESULTS/$name-" "$ROOT/build-fuzz/corpus/$name"
    done
}

valgrind_part() {
    install_packages valgrind
    build build
    say "running unit tests in valgrind"
    check valgrind meson test -C "$ROOT/build" --suite unit --timeout-multiplier 30 \
        --wrap "valgrind --quiet --error-exitcode=9 --leak-check=full --show-leak-kinds=definite"
}

analyze_part() {
    install_packages clang-tidy cppcheck
    build build-analyze -Dc_args=-fanalyzer -Dbuildtype=debugoptimized -Dtests=disabled
    check analyzer bash -c "! grep -n 'Wanalyzer' '$ROOT/build-analyze/compile.log'"
    check cppcheck cppcheck --quiet --error-exitcode=1 --inline-suppr --std=c11 \
        --enable=warning,portability -I "$ROOT/service" "$ROOT/service"
}

needs_python=false
for part in style properties api contract client web; do
    needs "$part" && needs_python=true
done
needs_build=false
for part in unit engine properties api contract client web; do
    needs "$part" && needs_build=true
done

install_packages "${PACKAGES_BUILD[@]}"
PACKAGES_TEST[3]=$(clang_runtime)
install_packages "${PACKAGES_TEST[@]}"
if needs unit || needs api; then
    install_postgresql
fi
mkdir -p "$ROOT/build-test"
rm -rf "$RESULTS"
mkdir -p "$RESULTS"
: >"$RESULTS/checks.tsv"
if $needs_python; then
    make_venv dev "$ROOT/tests/requirements.txt"
fi
if $needs_build; then
    build build-test -Db_sanitize=address,undefined -Dbuildtype=debugoptimized --werror
fi

needs style && style_part
needs unit && meson_suite build-test unit && meson_suite build-test style
needs engine && meson_suite build-test engine
needs properties && pytest_part properties engine/properties
if needs threads; then
    # Warnings are no errors here: with this sanitizer gcc sees uninitialised variables that are not.
    configure build-tsan -Db_sanitize=thread -Dbuildtype=debugoptimized
    # shellcheck disable=SC2046  # one word a target
    compile build-tsan $(suite_targets build-tsan threads)
    meson_suite build-tsan threads
fi
if needs api || needs contract; then
    fetch_promtool
fi
# What a request needs in memory is measured without the sanitizers' own.
needs api && build build
for part in api contract client web; do
    needs "$part" && pytest_part "$part"
done
needs fuzz && fuzz_part
needs valgrind && valgrind_part
needs analyze && analyze_part

[ -d "$ROOT/../shared" ] || say "tests that use ../shared were skipped: it is not beside this checkout"
/usr/bin/python3 "$ROOT/tests/lib/tally.py" "$RESULTS"
