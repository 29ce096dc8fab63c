import Imaging

extension WorkerSettings {
    /// Reads every setting; what is wrong is kept by the resolver, and its default taken.
    init(from resolver: inout SettingsResolver) {
        source = resolver.value(of: Catalogue.source)
        pipelines = resolver.value(of: Catalogue.pipelines)
        fallbackAfter = resolver.value(of: Catalogue.fallbackAfter)
        readyLimit = resolver.value(of: Catalogue.readyLimit)
        antenna = AntennaSettings(
            baseURL: resolver.value(of: Catalogue.antennaBaseURL),
            token: resolver.value(of: Catalogue.antennaToken),
            tokenFile: resolver.file(of: Catalogue.antennaToken),
            serviceName: resolver.value(of: Catalogue.antennaServiceName),
            project: resolver.value(of: Catalogue.antennaProject),
            dialect: resolver.value(of: Catalogue.antennaDialect),
            batchSize: resolver.value(of: Catalogue.antennaBatchSize),
            lease: resolver.value(of: Catalogue.antennaLease),
            proxy: resolver.value(of: Catalogue.antennaProxy)
        )
        tls = TLSSettings(authorities: resolver.value(of: Catalogue.tlsAuthorities))
        broker = BrokerSettings(
            url: resolver.value(of: Catalogue.amqpURL),
            prefetch: resolver.value(of: Catalogue.amqpPrefetch),
            maxAttempts: resolver.value(of: Catalogue.amqpMaxAttempts),
            unroutableAfter: resolver.value(of: Catalogue.amqpUnroutableAfter),
            maxMessage: resolver.value(of: Catalogue.amqpMaxMessage),
            resultsExchange: resolver.value(of: Catalogue.amqpResultsExchange),
            declares: resolver.value(of: Catalogue.amqpDeclare),
            authorities: resolver.value(of: Catalogue.amqpCA),
            clientCertificate: resolver.value(of: Catalogue.amqpClientCertificate),
            clientKey: resolver.value(of: Catalogue.amqpClientKey),
            urlFile: resolver.file(of: Catalogue.amqpURL)
        )
        redis = RedisSettings(
            url: resolver.value(of: Catalogue.redisURL),
            urlFile: resolver.file(of: Catalogue.redisURL),
            key: resolver.value(of: Catalogue.redisKey),
            tensorTTL: resolver.value(of: Catalogue.redisTensorTTL)
        )
        images = ImageSettings(
            fetchConcurrency: resolver.value(of: Catalogue.imagesConcurrency),
            decodeThreads: resolver.value(of: Catalogue.imagesDecodeThreads),
            connectTimeout: resolver.value(of: Catalogue.imagesConnectTimeout),
            totalTimeout: resolver.value(of: Catalogue.imagesTotalTimeout),
            retries: resolver.value(of: Catalogue.imagesRetries),
            maxBytes: resolver.value(of: Catalogue.imagesMaxBytes),
            limits: DecodingLimits(
                pixels: resolver.value(of: Catalogue.imagesMaxPixels),
                scans: resolver.value(of: Catalogue.imagesMaxScans),
                processorTime: resolver.value(of: Catalogue.imagesDecodeTimeout)
            ),
            damaged: resolver.value(of: Catalogue.imagesDamaged),
            allowPrivate: resolver.value(of: Catalogue.imagesAllowPrivate),
            proxy: resolver.value(of: Catalogue.imagesProxy)
        )
        batch = BatchSettings(
            localizationSize: resolver.value(of: Catalogue.batchLocalizationSize),
            classificationSize: resolver.value(of: Catalogue.batchClassificationSize),
            linger: resolver.value(of: Catalogue.batchLinger)
        )
        inference = InferenceSettings(
            devices: resolver.value(of: Catalogue.inferenceDevices),
            threads: resolver.value(of: Catalogue.inferenceThreads),
            models: resolver.value(of: Catalogue.inferenceModels)
        )
        results = ResultSettings(scores: resolver.value(of: Catalogue.resultsScores))
        memory = MemorySettings(
            pixelBudget: resolver.value(of: Catalogue.memoryPixelBudget),
            tensorCache: resolver.value(of: Catalogue.memoryTensorCache),
            models: resolver.value(of: Catalogue.memoryModels)
        )
        spool = SpoolSettings(
            directory: resolver.value(of: Catalogue.spoolDirectory),
            maxBytes: resolver.value(of: Catalogue.spoolMaxBytes)
        )
        admin = AdminSettings(
            host: resolver.value(of: Catalogue.adminHost),
            names: resolver.value(of: Catalogue.adminNames),
            portNumber: resolver.value(of: Catalogue.adminPort),
            stallAfter: resolver.value(of: Catalogue.adminStallAfter),
            maxRSSBytes: resolver.value(of: Catalogue.memoryMaxRSS)
        )
        shutdown = ShutdownSettings(grace: resolver.value(of: Catalogue.shutdownGrace))
        log = LogSettings(
            level: resolver.value(of: Catalogue.logLevel),
            format: resolver.value(of: Catalogue.logFormat)
        )
    }
}
