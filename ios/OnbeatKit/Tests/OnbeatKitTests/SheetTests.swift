import OnbeatKit
import Testing

@Suite struct SheetTests {
    /// 1.1 km from south to north, 0.95 km from west to east.
    private let places: [(latE9: Int64, lonE9: Int64)] = [
        (31_200_000_000, 121_400_000_000), (31_210_000_000, 121_410_000_000),
    ]

    @Test func northIsUpAndAllOfItFits() {
        let sheet = Sheet(around: places, radiusMm: 20_000, width: 300, height: 200)
        let (southWest, northEast) = (sheet.at(places[0].latE9, places[0].lonE9), sheet.at(places[1].latE9, places[1].lonE9))
        #expect(southWest.x < northEast.x && southWest.y > northEast.y)
        #expect(northEast.y - sheet.length(20_000) > 0 && southWest.y + sheet.length(20_000) < 200)
        #expect(abs((southWest.y - northEast.y) / sheet.length(1_113_200) - 1) < 0.001)
    }

    @Test func onePlaceStandsInTheMiddle() {
        let sheet = Sheet(around: [places[0]], radiusMm: 0, width: 300, height: 200)
        let at = sheet.at(places[0].latE9, places[0].lonE9)
        #expect(at.x == 150 && at.y == 100)
    }
}
