import Pipeline

/// The names `AMI_…` and their defaults are those of the original worker.
extension Catalogue {
    static let antennaBaseURL = Setting(
        "antenna.base_url",
        flag: "base-url",
        .webAddress,
        default: "http://localhost:8000/api/v2",
        "The address of Antenna's API.",
        aliases: ["AMI_ANTENNA_API_BASE_URL"]
    )

    static let antennaToken = Setting(
        "antenna.token",
        flag: "token",
        SettingKind.secret.optional,
        default: nil,
        "The token of a user who may work on the jobs. It is sent to Antenna alone, never to an image host.",
        aliases: ["AMI_ANTENNA_API_AUTH_TOKEN"]
    )

    static let antennaServiceName = Setting(
        "antenna.service_name",
        flag: "service-name",
        .text,
        default: "AMI Data Companion",
        "The name under which this worker is registered as a processing service.",
        aliases: ["AMI_ANTENNA_SERVICE_NAME"]
    )

    static let antennaProject = Setting(
        "antenna.project",
        flag: "project",
        SettingKind.integer(1...Int(Int32.max), placeholder: "ID").optional,
        default: nil,
        "Work only for this project; none means every project the token may see."
    )

    static let antennaDialect = Setting(
        "antenna.dialect",
        flag: "dialect",
        .choice,
        default: AntennaDialectChoice.auto,
        "The generation of the API: current, legacy (servers before April 2026), or auto to find out."
    )

    static let antennaBatchSize = Setting(
        "antenna.batch_size",
        flag: "api-batch-size",
        .integer(1...1_000),
        default: 24,
        "Tasks to reserve with one call, at most.",
        aliases: ["AMI_ANTENNA_API_BATCH_SIZE"]
    )

    static let antennaProxy = Setting(
        "antenna.proxy",
        flag: "antenna-proxy",
        .proxy,
        default: ProxySetting.environment,
        "The proxy that Antenna is asked through: none, its address, or environment for what http_proxy, https_proxy and no_proxy say."
    )

    static let tlsAuthorities = Setting(
        "tls.ca",
        flag: "tls-ca",
        SettingKind.path.optional,
        default: nil,
        "A PEM file of authorities to trust for https, of Antenna and of image hosts; none means SSL_CERT_FILE or the system's."
    )

    static let antennaLease = Setting(
        "antenna.lease",
        flag: "lease",
        .seconds(.seconds(5) ... .seconds(86_400)),
        default: .seconds(300),
        "How long Antenna keeps a reserved task for this worker. No more is reserved than can be finished in half of it."
    )
}
