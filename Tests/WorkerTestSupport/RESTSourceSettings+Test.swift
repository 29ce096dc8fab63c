package import Antenna

extension RESTSourceSettings {
    /// As a test wants them.
    package init(baseURL: String, spoolDirectory: String = "spool") {
        self.init(
            baseURL: baseURL,
            serviceName: "AMI Data Companion",
            dialect: .auto,
            batchSize: 24,
            lease: .seconds(300),
            spoolDirectory: spoolDirectory,
            spoolMaximumBytes: 1 << 30
        )
    }
}
