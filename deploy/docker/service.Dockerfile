# The native service: built on Debian 13, shipped with its libraries and nothing else of the build.
ARG DEBIAN=debian:trixie-slim

FROM ${DEBIAN} AS build
RUN apt-get update && apt-get install -y --no-install-recommends \
        g++ gcc libcivetweb-dev libcjson-dev libcurl4-openssl-dev libpcre2-dev libsqlite3-dev libssl-dev meson ninja-build pkg-config \
        python3 python3-yaml tzdata zlib1g-dev \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY meson.build meson_options.txt ./
COPY service service
COPY proto proto
RUN meson setup /build -Dtests=disabled -Dprefix=/usr \
    && DESTDIR=/out meson install -C /build --quiet --strip

FROM ${DEBIAN}
ARG REVISION=unknown
LABEL org.opencontainers.image.title="docmill" \
      org.opencontainers.image.description="MongoDB aggregation pipelines over JSON documents, as a native HTTP service" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.revision="${REVISION}"
RUN apt-get update && apt-get install -y --no-install-recommends \
        ca-certificates libcivetweb1 libcjson1 libcurl4t64 libpcre2-8-0 libsqlite3-0 libssl3t64 libstdc++6 tzdata zlib1g \
    && rm -rf /var/lib/apt/lists/*
COPY --from=build /out/usr/bin/docmill /usr/bin/docmill
# The tasks: a volume belongs here.
RUN install -d -o 10001 -g 10001 -m 0750 /var/lib/docmill
ENV DOCMILL_STORE=sqlite:/var/lib/docmill/docmill.db
USER 10001:10001
EXPOSE 8001 9001
HEALTHCHECK --interval=10s --timeout=3s --start-period=5s CMD ["docmill", "health"]
ENTRYPOINT ["docmill"]
CMD ["serve", "--listen", "0.0.0.0:8001", "--admin-listen", "127.0.0.1:9001", "--auth", "none"]
