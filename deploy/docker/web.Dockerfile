# The FastAPI front end.
ARG DEBIAN=debian:trixie-slim

FROM ${DEBIAN} AS build
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates python3 python3-venv \
    && rm -rf /var/lib/apt/lists/*
COPY client /src/client
RUN python3 -m venv /opt/docmill \
    && /opt/docmill/bin/pip install --quiet --no-cache-dir --disable-pip-version-check "/src/client[web]" \
    && /opt/docmill/bin/pip uninstall --quiet --yes pip

FROM ${DEBIAN}
ARG REVISION=unknown
LABEL org.opencontainers.image.title="docmill-web" \
      org.opencontainers.image.description="The FastAPI front end of docmill" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.revision="${REVISION}"
RUN apt-get update && apt-get install -y --no-install-recommends python3 \
    && rm -rf /var/lib/apt/lists/*
COPY --from=build /opt/docmill /opt/docmill
ENV PATH=/opt/docmill/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s CMD ["python3", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/readyz', timeout=2)"]
CMD ["docmill-web"]
