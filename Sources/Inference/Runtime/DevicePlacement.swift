/// Where models came to run, and why there.
package struct DevicePlacement: Sendable, Equatable {
    /// One an engine, in their order; empty for engines without a device.
    package var devices: [DeviceUse]
    /// What led there, for people; empty where nobody chose.
    package var reason: String
    /// What would have been taken before them.
    package var rejected: [DeviceRejection]

    /// Makes one; nothing runs anywhere when all is left out.
    package init(devices: [DeviceUse] = [], reason: String = "", rejected: [DeviceRejection] = []) {
        self.devices = devices
        self.reason = reason
        self.rejected = rejected
    }

    /// The devices with commas between.
    package var names: String { devices.map(\.description).joined(separator: ", ") }
}

extension DevicePlacement: CustomStringConvertible {
    /// The devices and the reason: `cuda:0, cuda:1 (auto: 2 NVIDIA GPUs)`.
    package var description: String { reason.isEmpty ? names : "\(names) (\(reason))" }
}
