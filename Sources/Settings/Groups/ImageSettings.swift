package import Imaging

/// Fetching and decoding.
package struct ImageSettings: SettingGroup {
    package static let title = "Images"

    package let fetchConcurrency = Setting(
        "images.fetch_concurrency",
        flag: "fetch-concurrency",
        .integer(1...256),
        default: 8,
        "Images that may be on their way or waiting to be decoded at the same time."
    )

    package let decodeThreads = Setting(
        "images.decode_threads",
        flag: "decode-threads",
        .integer(0...256),
        default: 4,
        "Threads that decode images, never more than there are cores; 0 means one for each core.",
        aliases: ["AMI_NUM_WORKERS"]
    )

    package let connectTimeout = Setting(
        "images.connect_timeout",
        flag: "connect-timeout",
        .seconds(.milliseconds(100) ... .seconds(600)),
        default: .seconds(10),
        "How long connecting to an image host may take."
    )

    package let totalTimeout = Setting(
        "images.total_timeout",
        flag: "image-timeout",
        .seconds(.seconds(1) ... .seconds(3_600)),
        default: .seconds(60),
        "How long fetching one image may take in all, redirects included."
    )

    package let retries = Setting(
        "images.retries",
        flag: "image-retries",
        .integer(0...20),
        default: 3,
        "How often an image is asked for again after a failure that may pass."
    )

    package let maxBytes = Setting(
        "images.max_bytes",
        flag: "max-image-bytes",
        .byteCount(1 << 10...1 << 40),
        default: 64 << 20,
        "The largest image file that is fetched."
    )

    package let maxPixels = Setting(
        "images.max_pixels",
        flag: "max-image-pixels",
        .pixelCount(1_000...4_000_000_000),
        default: DecodingLimits().pixels,
        "The largest image that is decoded, width × height; checked before memory is taken."
    )

    package let maxScans = Setting(
        "images.max_scans",
        flag: "max-image-scans",
        .integer(1...100_000),
        default: DecodingLimits().scans,
        "The most scans a JPEG may have: each goes over the whole picture, and cameras write 1 to 12."
    )

    package let decodeTimeout = Setting(
        "images.decode_timeout",
        flag: "decode-timeout",
        .seconds(.milliseconds(100) ... .seconds(3_600)),
        default: DecodingLimits().processorTime,
        "How much of a processor's time decoding one image may take; what takes longer is an error."
    )

    package let damaged = Setting(
        "images.damaged",
        flag: "damaged-images",
        .choice,
        default: DamagePolicy.error,
        "What becomes of an image that is cut off or damaged: error answers the task with what is wrong, accept analyses the part that is there, and logs and counts it."
    )

    package let allowPrivate = Setting(
        "images.allow_private",
        flag: "allow-private-images",
        .flag,
        default: true,
        "Whether images may come from private networks and this machine. Link-local and metadata addresses never may."
    )

    package let proxy = Setting(
        "images.proxy",
        flag: "image-proxy",
        .proxy,
        default: ProxySetting.environment,
        "The proxy that images are fetched through: none, its address, or environment for what http_proxy, https_proxy and no_proxy say."
    )

    package init() {}
}

extension GroupValues<ImageSettings> {
    /// Threads to make on a machine with so many cores: more would only take turns.
    package func decodeThreadCount(cores: Int) -> Int {
        max(1, self.decodeThreads == 0 ? cores : min(self.decodeThreads, cores))
    }

    /// Limits on the cost of decoding an image.
    package var limits: DecodingLimits {
        DecodingLimits(pixels: self.maxPixels, scans: self.maxScans, processorTime: self.decodeTimeout)
    }
}
