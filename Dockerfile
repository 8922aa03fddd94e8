# The workflow and all that it needs. For machines without a GPU, TORCH_INDEX is the address of the CPU
# builds of torch (README); without it, torch comes with CUDA.
#   docker build --build-arg TORCH_INDEX=<address> -t topoprint .
#   docker run --rm -v "$PWD/results:/topoprint/results" topoprint
#   apptainer build topoprint.sif docker-daemon://topoprint:latest
FROM python:3.11-slim-bookworm
ARG TORCH_INDEX=""
WORKDIR /topoprint
COPY . .
RUN if [ -n "$TORCH_INDEX" ]; then pip install --no-cache-dir --constraint constraints.txt \
        --index-url "$TORCH_INDEX" torch torchvision; fi \
    && pip install --no-cache-dir --constraint constraints.txt --editable '.[run]'
CMD ["snakemake"]
