extension ResolvedSettings {
    /// Whether somebody set Antenna's address.
    package var namesAntenna: Bool { isSet(AntennaSettings().baseURL) }

    /// Sees that Antenna was named, or a token for it, for a role that takes its tasks there: the default address is one to try things out.
    ///
    /// - Throws: ``SettingsError``.
    package func requireAntenna() throws(SettingsError) {
        guard !namesAntenna, !isSet(AntennaSettings().token) else { return }
        throw SettingsError(
            AntennaSettings().baseURL,
            "nothing says where Antenna is: name its API with --base-url https://antenna.example/api/v2, and a file that holds a token with "
                + "--token-file; 'antenna-worker demo' needs no Antenna, and --source amqp takes tasks from RabbitMQ alone"
        )
    }

    private func isSet(_ setting: some AnySetting) -> Bool {
        effective.contains { $0.key == setting.key && $0.origin != .default }
    }
}
