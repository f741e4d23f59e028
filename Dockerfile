FROM python:3.13-slim
WORKDIR /srv
COPY pyproject.toml requirements.lock README.md ./
RUN pip install --no-cache-dir --require-hashes -r requirements.lock
COPY agrimarket agrimarket
COPY docs/guides docs/guides
COPY workers workers
COPY seeds seeds
# A volume that is mounted for the first time takes over the owner of this folder.
RUN pip install --no-cache-dir --no-deps --no-build-isolation . \
    && useradd --create-home agrimarket \
    && install -d -o agrimarket -g agrimarket /var/lib/agrimarket
USER agrimarket
ENV AGRIMARKET_ENVIRONMENT=production AGRIMARKET_HOST=0.0.0.0 AGRIMARKET_DATA_DIR=/var/lib/agrimarket
EXPOSE 8000
CMD ["granian", "--interface", "asgi", "--host", "0.0.0.0", "--port", "8000", "--workers-kill-timeout", "15", "agrimarket.app:create_app", "--factory"]
