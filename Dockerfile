# One image for every Python stage: pipeline and dashboard.
FROM python:3.13.11-slim
ENV PYTHONUNBUFFERED=1 PATH=/opt/venv/bin:$PATH
COPY requirements.lock /tmp/requirements.lock
RUN pip install --quiet --no-cache-dir --target /tmp/uv "$(grep -oE '^uv==[0-9.]+' /tmp/requirements.lock)" \
    && python -m venv --without-pip /opt/venv \
    && PYTHONPATH=/tmp/uv python -m uv pip install --quiet --no-cache --compile-bytecode --python /opt/venv/bin/python --require-hashes -r /tmp/requirements.lock \
    && rm -rf /tmp/uv
RUN useradd --create-home --uid 10001 tower && mkdir -p /tower/state && chown -R tower /tower
WORKDIR /tower
COPY --chown=tower . .
USER tower
RUN python -m compileall -q .
ENV WAREHOUSE=external APP_HOST=0.0.0.0 DATA_DIR=/tower/state/data DBT_TARGET_PATH=/tower/state/target
EXPOSE 8501
CMD ["python", "-m", "app", "run"]
