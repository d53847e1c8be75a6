import Foundation

/// A plane around places to draw them on, north up, wide enough for their circles: true to a point at the size of a day.
public struct Sheet: Sendable {
    private static let metresADegree = 111_320.0

    private let width: Double
    private let height: Double
    private let middleLat: Double
    private let middleLon: Double
    private let metresEast: Double
    private let scale: Double

    /// `radiusMm` is the widest of the circles.
    public init(around places: [(latE9: Int64, lonE9: Int64)], radiusMm: Int64, width: Double, height: Double) {
        let lats = places.map { Double($0.latE9) / 1e9 }, lons = places.map { Double($0.lonE9) / 1e9 }
        let (south, north, west, east) = (lats.min() ?? 0, lats.max() ?? 0, lons.min() ?? 0, lons.max() ?? 0)
        let margin = 2 * Double(radiusMm) / 1000 + 50
        (self.width, self.height) = (width, height)
        (middleLat, middleLon) = ((south + north) / 2, (west + east) / 2)
        metresEast = Self.metresADegree * cos(middleLat * .pi / 180)
        let (across, along) = ((east - west) * metresEast + margin, (north - south) * Self.metresADegree + margin)
        scale = 1 / max(across / width, along / height)
    }

    public func at(_ latE9: Int64, _ lonE9: Int64) -> (x: Double, y: Double) {
        let east = (Double(lonE9) / 1e9 - middleLon) * metresEast
        let north = (Double(latE9) / 1e9 - middleLat) * Self.metresADegree
        return (width / 2 + east * scale, height / 2 - north * scale)
    }

    public func length(_ millimetres: Int64) -> Double { Double(millimetres) / 1000 * scale }
}
