/// A device as a worker uses it.
package struct DeviceUse: Hashable, Sendable {
    /// Where models run.
    package let device: Device
    /// How they compute there.
    package let precision: Precision

    /// Makes one.
    package init(device: Device, precision: Precision) {
        self.device = device
        self.precision = precision
    }
}

extension DeviceUse: CustomStringConvertible {
    /// The device, and the precision where it is not that of the models: `cpu:openvino half`.
    package var description: String {
        precision == .full ? "\(device)" : "\(device) \(precision)"
    }
}
