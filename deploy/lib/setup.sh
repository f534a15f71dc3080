# What the set-up commands share: packages of the distribution, the virtual environment, the build.
# Sourced by bash; the caller has set ROOT to the top of the checkout.

EX_UNAVAILABLE=69

PACKAGES_BUILD=(
    ca-certificates g++ gcc git libcivetweb-dev libcjson-dev libcurl4-openssl-dev libpcre2-dev
    libpq-dev libsqlite3-dev libssl-dev meson ninja-build pkg-config python3 python3-venv
    python3-yaml tzdata zlib1g-dev
)

say() {
    printf '%s\n' "$*" >&2
}

die() {
    local status=$1
    shift
    say "$*"
    exit "$status"
}

as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    else
        command -v sudo >/dev/null || die $EX_UNAVAILABLE "packages are missing and there is no sudo: run as root:" \
            "apt-get install ${missing[*]}"
        sudo "$@"
    fi
}

# Install those of the packages named that are not there yet.
install_packages() {
    local package
    missing=()
    command -v dpkg-query >/dev/null ||
        die $EX_UNAVAILABLE "this script installs packages on Debian and Ubuntu; elsewhere install the like of: $*"
    for package in "$@"; do
        [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] ||
            missing+=("$package")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    say "installing ${missing[*]}"
    as_root apt-get update -qq || die $EX_UNAVAILABLE "the list of packages cannot be had"
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
        "${missing[@]}" >/dev/null || die $EX_UNAVAILABLE "cannot install: ${missing[*]}"
}

# PostgreSQL for the tests, which start clusters of their own: Debian's package would make one too,
# and start it with the machine.  Who has it already keeps what there is.
install_postgresql() {
    local config=/etc/postgresql-common/createcluster.d/docmill-tests.conf
    local missing=(postgresql)
    ! compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || return 0
    as_root install -D -m 0644 /dev/stdin "$config" <<<"create_main_cluster = false"
    install_packages postgresql
    as_root rm -f "$config"
}

# The virtual environment with our own packages and what is named (extras of client/pyproject.toml,
# or requirement files); done again only when one of the files that say what belongs in it changed.
make_venv() {
    local extras=$1 stamp wanted
    shift
    stamp=$ROOT/.venv/.installed-$extras
    wanted=$(cat "$ROOT/client/pyproject.toml" "$@" | sha256sum)
    if [ ! -x "$ROOT/.venv/bin/python" ]; then
        say "making .venv"
        # Debian's own Python: the one whose packages the build needs.
        /usr/bin/python3 -m venv "$ROOT/.venv" || die $EX_UNAVAILABLE "cannot make .venv"
    fi
    [ "$(cat "$stamp" 2>/dev/null)" != "$wanted" ] || return 0
    say "installing the Python packages"
    local files=()
    for file in "$@"; do
        files+=(--requirement "$file")
    done
    "$ROOT/.venv/bin/pip" install --quiet --disable-pip-version-check \
        --editable "$ROOT/client[$extras]" "${files[@]}" ||
        die $EX_UNAVAILABLE "the Python packages cannot be had"
    printf '%s\n' "$wanted" >"$stamp"
}

# configure DIR OPTION…: once.
configure() {
    local dir=$1
    shift
    [ ! -f "$ROOT/$dir/build.ninja" ] || return 0
    say "configuring $dir"
    # meson must not find the Python of a virtual environment: python3-yaml is Debian's.
    PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
        meson setup "$ROOT/$dir" "$ROOT" "$@" >"$ROOT/$dir.log" 2>&1 || {
        cat "$ROOT/$dir.log" >&2
        exit 1
    }
    rm -f "$ROOT/$dir.log"
}

# compile DIR TARGET…: what changed, of the targets named or of all.
compile() {
    local dir=$1
    shift
    say "building $dir"
    meson compile -C "$ROOT/$dir" "$@" >"$ROOT/$dir/compile.log" 2>&1 || {
        cat "$ROOT/$dir/compile.log" >&2
        exit 1
    }
}

# build DIR OPTION…: configure, and compile everything.
build() {
    configure "$@"
    compile "$1"
}
