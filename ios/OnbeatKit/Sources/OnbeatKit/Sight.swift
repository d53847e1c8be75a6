/// How the rep looks at the map: `zoom` times as near as where all of it fits, moved by so many points.
public struct Sight: Equatable, Sendable {
    /// The farthest that is zoomed in, as on Android.
    private static let most = 64.0

    public private(set) var zoom = 1.0
    public private(set) var moved = (x: 0.0, y: 0.0)

    public init() {}

    public static func == (one: Sight, other: Sight) -> Bool { one.zoom == other.zoom && one.moved == other.moved }

    /// Nearer or farther, so that what lies so far from the middle of the canvas stays there.
    public func zoomed(by factor: Double, x: Double = 0, y: Double = 0) -> Sight {
        var sight = self
        sight.zoom = min(max(zoom * factor, 1), Self.most)
        let grown = sight.zoom / zoom
        sight.moved = (x - (x - moved.x) * grown, y - (y - moved.y) * grown)
        return sight
    }

    public func dragged(x: Double, y: Double) -> Sight {
        var sight = self
        sight.moved = (moved.x + x, moved.y + y)
        return sight
    }

    /// The middle of the canvas always shows some of the ground.
    public func within(width: Double, height: Double) -> Sight {
        let (across, along) = (width * zoom / 2, height * zoom / 2)
        var sight = self
        sight.moved = (min(max(moved.x, -across), across), min(max(moved.y, -along), along))
        return sight
    }
}
