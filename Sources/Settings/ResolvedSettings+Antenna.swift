extension ResolvedSettings {
    /// Whether somebody set Antenna's address.
    package var namesAntenna: Bool { isSet(AntennaSettings().baseURL) }

    /// Sees that something was said of Antenna, for a role that takes its tasks there: the default address is one to try things out.
    ///
    /// - Throws: ``SettingsError``.
    package func requireAntenna() throws(SettingsError) {
        guard !AntennaSettings.settings.contains(where: { isSet($0) }) else { return }
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
