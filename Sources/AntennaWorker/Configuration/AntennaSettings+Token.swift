import Pipeline

extension AntennaSettings {
    /// Whether the address is one of this machine, where a local Antenna that asks for no token is common.
    var isOnThisMachine: Bool {
        guard let address = try? AntennaAddress(baseURL), let start = address.base.firstRange(of: "://") else {
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
    func checkToken() throws(SettingsError) {
        guard token == nil, !isOnThisMachine else { return }
        throw Self.tokenMissing
    }

    /// What a worker without a token is told.
    static var tokenMissing: SettingsError {
        SettingsError(
            place: Catalogue.antennaToken.key,
            "Antenna hands out tasks only to a user with a token; name a file that holds it with --token-file"
        )
    }
}
