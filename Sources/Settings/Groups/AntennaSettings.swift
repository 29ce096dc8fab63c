package import Antenna

/// Antenna and this worker's place in it.
///
/// The names `AMI_…` and their defaults are those of the original worker.
package struct AntennaSettings: SettingGroup {
    package static let title = "Antenna"

    package let baseURL = Setting(
        "antenna.base_url",
        flag: "base-url",
        .webAddress,
        default: "http://localhost:8000/api/v2",
        "The address of Antenna's API.",
        aliases: ["AMI_ANTENNA_API_BASE_URL"]
    )

    package let token = Setting(
        "antenna.token",
        flag: "token",
        SettingKind.secret.optional,
        default: nil,
        "The token of a user who may work on the jobs. It is sent to Antenna alone, never to an image host.",
        aliases: ["AMI_ANTENNA_API_AUTH_TOKEN"]
    )

    package let serviceName = Setting(
        "antenna.service_name",
        flag: "service-name",
        .text,
        default: "AMI Data Companion",
        "The name under which this worker is registered as a processing service.",
        aliases: ["AMI_ANTENNA_SERVICE_NAME"]
    )

    package let project = Setting(
        "antenna.project",
        flag: "project",
        SettingKind.integer(1...Int(Int32.max), placeholder: "ID").optional,
        default: nil,
        "Work only for this project; none means every project the token may see."
    )

    package let dialect = Setting(
        "antenna.dialect",
        flag: "dialect",
        .choice,
        default: AntennaDialectChoice.auto,
        "The generation of the API: current, legacy (servers before April 2026), or auto to find out."
    )

    package let batchSize = Setting(
        "antenna.batch_size",
        flag: "api-batch-size",
        .integer(1...1_000),
        default: 24,
        "Tasks to reserve with one call, at most.",
        aliases: ["AMI_ANTENNA_API_BATCH_SIZE"]
    )

    package let lease = Setting(
        "antenna.lease",
        flag: "lease",
        .seconds(.seconds(5) ... .seconds(86_400)),
        default: .seconds(300),
        "How long Antenna keeps a reserved task for this worker. No more is reserved than can be finished in half of it."
    )

    package let interactiveImages = Setting(
        "antenna.interactive_images",
        flag: "interactive-images",
        .integer(0...1_000),
        default: 0,
        "Jobs of at most so many images go before others and through every stage first, since somebody waits for them; 0 for none."
    )

    package let proxy = Setting(
        "antenna.proxy",
        flag: "antenna-proxy",
        .proxy,
        default: ProxySetting.environment,
        "The proxy that Antenna is asked through: none, its address, or environment for what http_proxy, https_proxy and no_proxy say."
    )

    package init() {}
}

extension GroupValues<AntennaSettings> {
    /// Whether the address is one of this machine, where a local Antenna that asks for no token is common.
    package var isOnThisMachine: Bool {
        guard let address = try? AntennaAddress(self.baseURL), let start = address.base.firstRange(of: "://") else {
            return false
        }
        let host = address.base[start.upperBound...].prefix { $0 != "/" }
        let name = host.hasPrefix("[") ? host.prefix { $0 != "]" } + "]" : host.prefix { $0 != ":" }
        return name == "localhost" || name.hasPrefix("127.") || name == "[::1]"
    }

    /// Sees that there is a token where one is needed: Antenna shows its jobs to everybody and hands out tasks to nobody else, so
    /// a worker without one would wait for ever.
    ///
    /// - Throws: ``SettingsError``.
    package func checkToken() throws(SettingsError) {
        guard self.token == nil, !isOnThisMachine else { return }
        throw Self.tokenMissing
    }

    /// The sentence for a worker without a token.
    package static var tokenMissing: SettingsError {
        SettingsError(
            AntennaSettings().token,
            "Antenna hands out tasks only to a user with a token; name a file that holds it with --token-file"
        )
    }
}
