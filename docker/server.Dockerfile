# syntax=docker/dockerfile:1
# One image for every server: docker build -f docker/server.Dockerfile --build-arg APP=database -t trellis-database .

FROM node:24.21.0-bookworm-slim AS build
ARG APP
WORKDIR /repo
COPY . .
RUN npm ci --no-audit --no-fund && npm run build -- "apps/${APP}"
WORKDIR /repo/apps/${APP}/dist/package
RUN npm install --omit=dev --no-package-lock --no-audit --no-fund \
  && ln -s "bin/trellis-${APP}.cjs" server.cjs

FROM node:24.21.0-bookworm-slim
ARG APP
LABEL org.opencontainers.image.title="trellis-${APP}" \
  org.opencontainers.image.source="https://github.com/trellis-mcp/trellis" \
  org.opencontainers.image.licenses="MIT"
ENV NODE_ENV=production \
  TRELLIS_TRANSPORT=http \
  TRELLIS_HOST=0.0.0.0 \
  TRELLIS_PORT=3100
WORKDIR /srv
COPY --from=build --chown=root:root /repo/apps/${APP}/dist/package ./
COPY --chown=root:root docker/healthcheck.mjs ./
USER node
EXPOSE 3100
HEALTHCHECK --interval=10s --timeout=3s --retries=3 CMD ["node", "healthcheck.mjs"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["node", "server.cjs"]
