import Observation
import OnbeatCore

/// Where the rep may be, his customers, and where he was last seen.
@MainActor @Observable public final class MapModel {
    public private(set) var map: MapView?
    @ObservationIgnored private let day: TodayModel

    public init(day: TodayModel) { self.day = day }

    public func load() async {
        map = await day.view({ try $0.map(at: $1.at) }) ?? map
    }
}

/// Puts some ground onto a screen: as large as fits, in the middle, and nearer as the rep looks.
public struct MapScale: Sendable {
    private let scale: Double
    private let left: Double
    private let top: Double

    public init(_ map: MapView, width: Double, height: Double, sight: Sight = Sight()) {
        self.init(widthMm: map.widthMm, heightMm: map.heightMm, width: width, height: height, sight: sight)
    }

    public init(_ sketch: Sketch, width: Double, height: Double) {
        self.init(widthMm: sketch.widthMm, heightMm: sketch.heightMm, width: width, height: height, sight: Sight())
    }

    private init(widthMm: Int64, heightMm: Int64, width: Double, height: Double, sight: Sight) {
        let (east, south) = (Double(max(widthMm, 1)), Double(max(heightMm, 1)))
        scale = min(width / east, height / south) * sight.zoom
        left = (width - east * scale) / 2 + sight.moved.x
        top = (height - south * scale) / 2 + sight.moved.y
    }

    public func at(_ point: MapPoint) -> (x: Double, y: Double) {
        (left + Double(point.xMm) * scale, top + Double(point.yMm) * scale)
    }

    public func length(_ millimetres: Int64) -> Double { Double(millimetres) * scale }
}
