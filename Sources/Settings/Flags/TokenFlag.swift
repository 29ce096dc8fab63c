/// For the local Antenna: the token that it asks for.
package enum TokenFlag: FlagSelection {
    package static var settings: [any AnySetting] { [AntennaSettings().token] }
}
