import Foundation
import OnbeatCore
import OnbeatKit
import SwiftUI

/// The drawing, nearer by two fingers and moved by one; and buttons for who can't pinch.
struct Zoomed: View {
    let map: MapView
    @State private var sight = Sight()
    /// As it was when the fingers came down.
    @State private var before: Sight?

    private static let height = 360.0

    var body: some View {
        GeometryReader { place in
            MapDrawing(map: map, sight: sight)
                .accessibilityHidden(true)
                .gesture(pinch(place.size))
                // Where all of it fits, one finger scrolls the page.
                .simultaneousGesture(drag(place.size), including: sight.zoom > 1 ? .all : .none)
        }
        .frame(height: Self.height)
        .clipped()
        SideBySide {
            Button("map.closer") { sight = sight.zoomed(by: 2) }
            Button("map.farther") { sight = sight.zoomed(by: 0.5) }
        }
        .buttonStyle(.borderless)
    }

    private func pinch(_ size: CGSize) -> some Gesture {
        MagnifyGesture()
            .onChanged { pinched in
                let start = begun()
                let (x, y) = (pinched.startLocation.x - size.width / 2, pinched.startLocation.y - size.height / 2)
                sight = start.zoomed(by: pinched.magnification, x: x, y: y).within(width: size.width, height: size.height)
            }
            .onEnded { _ in before = nil }
    }

    private func drag(_ size: CGSize) -> some Gesture {
        DragGesture()
            .onChanged { dragged in
                let start = begun()
                sight = start.dragged(x: dragged.translation.width, y: dragged.translation.height)
                    .within(width: size.width, height: size.height)
            }
            .onEnded { _ in before = nil }
    }

    private func begun() -> Sight {
        let start = before ?? sight
        before = start
        return start
    }
}
