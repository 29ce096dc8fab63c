extension InferenceRuntime {
    /// Tries to make a session's options for a device, which loads what its provider needs.
    ///
    /// - Parameter device: Where a model would run.
    /// - Throws: ``InferenceError`` with `deviceUnavailable` and the reason.
    package func checkAvailability(of device: Device) throws(InferenceError) {
        _ = try SessionOptions(device: device).makeHandle(self)
    }
}
