# mocknito in a container: docker build -t mocknito . && docker run --rm -p 127.0.0.1:9400:9400 mocknito
# A mock of Amazon Cognito for tests and for learning. Not for production: its default passwords are published.
# The build leaves one folder with the libraries in it: there is no node_modules. Nothing here runs as root, and nothing is
# written but below /data (private keys, so that a verifier's cache stays good).
FROM node:20-slim AS build
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts
COPY tsconfig.json tsconfig.build.json ./
COPY scripts/bundle.js scripts/
COPY src src
RUN npm run build

FROM node:20-slim
LABEL org.opencontainers.image.title="mocknito" \
      org.opencontainers.image.description="Amazon Cognito for tests, without AWS. Not for production." \
      org.opencontainers.image.licenses="MIT"
WORKDIR /app
COPY --from=build /build/dist dist
COPY package.json LICENSE ./
COPY views views
COPY fixtures fixtures
COPY docker/healthcheck.js healthcheck.js
RUN mkdir /data && chown node:node /data
# A container's loopback is its own, so the mock listens on all its addresses; the control API then asks for a token.
ENV MOCKNITO_HOST=0.0.0.0 XDG_CACHE_HOME=/data/cache
VOLUME /data
USER node
EXPOSE 9400
HEALTHCHECK --interval=2s --timeout=3s --start-period=10s --retries=15 CMD ["node", "/app/healthcheck.js"]
ENTRYPOINT ["node", "/app/dist/cli.js"]
