# Watches machines by sound: `docker build --tag keras-asd-watch .`
# What runs beside it, and how: deploy/watch/compose.yaml.
FROM python:3.12.13-slim-bookworm AS build
WORKDIR /source
COPY setup.py README.md ./
COPY keras_asd keras_asd
COPY pipelines pipelines
COPY tuning tuning
RUN python -m venv /opt/keras-asd \
    && /opt/keras-asd/bin/pip install --no-cache-dir ".[watch]"

FROM python:3.12.13-slim-bookworm
# PortAudio, for sound cards; all else comes with the packages.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends libportaudio2 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --groups audio --no-create-home watch \
    && install --directory --owner watch --mode 0700 /history
COPY --from=build /opt/keras-asd /opt/keras-asd
ENV PATH=/opt/keras-asd/bin:$PATH \
    HOME=/tmp \
    PYTHONUNBUFFERED=1 \
    TF_CPP_MIN_LOG_LEVEL=3
USER 10001
VOLUME /history
EXPOSE 8080 9464
# Wants `--metrics 0.0.0.0:9464` in the command.
HEALTHCHECK --interval=30s --timeout=5s --start-period=120s --retries=3 \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:9464/metrics', timeout=4)"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["keras-asd", "watch"]
CMD ["--help"]
