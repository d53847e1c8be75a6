import OnbeatCore
import OnbeatKit
import Testing

@Suite struct SightTests {
    @Test func whatLiesUnderTheFingersStaysThere() {
        let map = MapView(widthMm: 1_000_000, heightMm: 500_000, areas: [], customers: [], here: nil, zone: "UTC")
        let point = MapPoint(xMm: 800_000, yMm: 100_000)
        let before = MapScale(map, width: 400, height: 400).at(point)
        let (x, y) = (before.x - 200, before.y - 200)
        let nearer = Sight().dragged(x: 30, y: -10).dragged(x: -30, y: 10).zoomed(by: 4, x: x, y: y)
        let after = MapScale(map, width: 400, height: 400, sight: nearer).at(point)
        #expect(abs(after.x - before.x) < 1e-6 && abs(after.y - before.y) < 1e-6)
        #expect(MapScale(map, width: 400, height: 400, sight: nearer).length(1_000_000) == 1_600)
    }

    @Test func aSketchIsAsLargeAsFitsAndStandsInTheMiddle() {
        let scale = MapScale(Sketch(widthMm: 300_000, heightMm: 100_000, fixes: [], place: nil), width: 300, height: 200)
        let (corner, end) = (scale.at(MapPoint(xMm: 0, yMm: 0)), scale.at(MapPoint(xMm: 300_000, yMm: 100_000)))
        #expect(corner.x == 0 && corner.y == 50 && end.x == 300 && end.y == 150)
        #expect(scale.length(20_000) == 20)
    }

    @Test func itEndsWhereAllFitsAndSomeOfTheGroundIsAlwaysSeen() {
        #expect(Sight().zoomed(by: 0.5) == Sight() && Sight().zoomed(by: 1_000).zoom == 64)
        let away = Sight().zoomed(by: 2).dragged(x: 5_000, y: -5_000).within(width: 400, height: 300)
        #expect(away.moved == (400, -300))
    }
}
