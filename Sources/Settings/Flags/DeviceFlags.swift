/// For a command that runs models and works on nothing: the devices alone.
package enum DeviceFlags: FlagSelection {
    package static var settings: [any AnySetting] {
        let inference = InferenceSettings()
        return [inference.devices, inference.precision, inference.threads]
    }
}
