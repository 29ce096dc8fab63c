/// Settings of every HTTPS connection, to Antenna and to image hosts.
package struct TLSSettings: SettingGroup {
    package static let title = "Antenna"

    package let authorities = Setting(
        "tls.ca",
        flag: "tls-ca",
        SettingKind.path.optional,
        default: nil,
        "A PEM file of authorities to trust for https, of Antenna and of image hosts; none means SSL_CERT_FILE or the system's."
    )

    package init() {}
}
