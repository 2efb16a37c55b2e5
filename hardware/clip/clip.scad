// The pod's case, with wings for laces or a strap, or with a hook for a waistband; and its lid.
//
// Rules
// - Everything prints without support, placed as in this file: shoe case and lid flat on the
//   bed, belt case on its side, so that the layers run along the hook that bends.
// - The cell lies below, the board above it, its USB socket at the end with the opening, the slide
//   switch upright at the other end. A rib of the floor keeps the cell in its place where the case
//   is longer; the lid's ribs hold the board's end and the switch. Wires pass between them.
// - The lid snaps in: ridges on its lip, grooves in the long walls.
// - Change the numbers here or with -D on the command line; `check` refuses what cannot fit.
//
// Not printed yet.

part = "shoe";            // shoe, belt, lid
board_name = "xiao";      // xiao, feather

// mm: length (along the USB plug), width, height of board with parts
board = board_name == "feather" ? [51.5, 23.5, 8] : [21.5, 18.3, 5];
cell = board_name == "feather" ? [37, 21, 6.1] : [31, 20.5, 4.5];  // with 0.5 mm to swell
wall = 1.6;
floor_t = 1.6;
lid_t = 1.6;
lip_h = 2;                // how far the lid reaches into the case
switch = [3.9, 8.8];      // the slide switch's body: depth, width (SS-12D00)
rib = 1.6;
play = 0.3;               // each side of what is held
snap = 0.35;              // how far the lid's ridges stand out
fit = 0.15;               // gap of the lid, each side
usb = [9.6, 3.8];         // the socket itself; a plug's body stays outside
usb_above_cell = 1.2;     // middle of the socket over the board's underside
lever = [4.5, 2.2];       // opening for the slide switch's lever, in the other end
strap = [20, 3];          // slot: strap or four turns of lace
wing = 8;                 // how far a wing stands out
hook_gap = 2.6;           // waistband and hook
hook_t = 2.2;
engrave = 0.5;

behind_board = 2 * play + rib + 1 + rib + switch[0];
inner = [max(board[0] + behind_board, cell[0]) + 2 * play, max(board[1], cell[1]) + 2 * play, cell[2] + board[2] + lip_h];
outer = inner + [2 * wall, 2 * wall, floor_t];
reach_down = lip_h + board[2] - 0.5;  // of the lid's ribs: to just above the cell

module check() {
    assert(wall >= 1.2, "wall: three lines of a 0.4 mm nozzle at least");
    assert(strap[0] < outer[0] - 4, "strap: wider than the case");
    assert(wing > strap[1] + 2 * 1.8, "wing: too narrow for the slot");
    assert(usb[0] < inner[1], "usb: wider than the case");
    assert(switch[1] + 2 * rib < inner[1] - 2, "switch: wider than the case");
    assert(snap < wall - 1, "snap: the groove would leave less than 1 mm of wall");
}

module rounded(size, r) {
    translate([r, r, 0]) linear_extrude(size[2])
        offset(r, $fn = 32) square([size[0] - 2 * r, size[1] - 2 * r]);
}

// A ridge, or with more radius a groove, along x on both long sides, `z` high.
module ridges(z, y, radius) {
    for (at = [y, outer[1] - y]) translate([outer[0] / 2 - 5, at, z])
        rotate([0, 90, 0]) cylinder(h = 10, r = radius, $fn = 24);
}

module box(corner = 2.5) {
    difference() {
        rounded(outer, corner);
        ridges(outer[2] - lip_h / 2, wall, snap + fit);
        translate([wall, wall, floor_t]) cube(inner + [0, 0, 1]);
        // the socket, at x = 0, opened up to the lid so that the board can be laid in
        translate([-1, outer[1] / 2 - usb[0] / 2, floor_t + cell[2] + usb_above_cell - usb[1] / 2])
            cube([wall + 2, usb[0], outer[2]]);
        translate([outer[0] - wall - 1, outer[1] / 2 - lever[0] / 2, floor_t + cell[2] + 1])
            cube([wall + 2, lever[0], lever[1]]);
    }
    // the cell's place
    if (inner[0] - cell[0] > 2 * play + rib)
        translate([wall + cell[0] + 2 * play, wall - 0.01, floor_t - 0.01])
            cube([rib, inner[1] + 0.02, cell[2] - 1]);
}

module wings() {
    for (side = [0, 1]) translate([0, side * outer[1], 0]) mirror([0, side, 0])
        difference() {
            translate([outer[0] / 2 - strap[0] / 2 - 3, -wing, 0])
                rounded([strap[0] + 6, wing + 3, 2.6], 2);
            translate([outer[0] / 2 - strap[0] / 2, -wing + 1.8, -1])
                cube([strap[0], strap[1], 5]);
            translate([-1, 0, -1]) cube([outer[0] + 2, 10, 10]);
        }
}

module hook() {
    reach = outer[0] * 0.85;
    width = outer[1] * 0.6;
    translate([outer[0] - reach, width, 0]) rotate([90, 0, 0])
        linear_extrude(width) {
            translate([reach - hook_t, -hook_gap - hook_t]) square([hook_t, hook_gap + hook_t + 0.1]);
            translate([0, -hook_gap - hook_t]) square([reach, hook_t]);
            translate([0, -hook_gap]) polygon([[0, -0.1], [5, -0.1], [2.5, 1.2]]);  // keeps it on
        }
}

// The lid's ribs: they hold the end of the board, and the switch against the end wall.
module holders() {
    board_end = wall + play + board[0] + play;
    switch_back = outer[0] - wall - switch[0] - rib;
    for (y = [wall + 1.5, outer[1] - wall - 6.5]) translate([board_end, y, lid_t - 0.01])
        cube([rib, 5, reach_down]);
    translate([switch_back, outer[1] / 2 - switch[1] / 2 - rib, lid_t - 0.01]) difference() {
        cube([rib + switch[0] - fit, switch[1] + 2 * rib, reach_down]);
        translate([rib, rib, -1]) cube([switch[0] + 1, switch[1], reach_down + 2]);
        translate([-1, rib + switch[1] / 2 - 2, -1]) cube([rib + 2, 4, reach_down + 2]);  // wires
    }
}

module lid() {
    difference() {
        union() {
            rounded([outer[0], outer[1], lid_t], 2.5);
            translate([wall + fit, wall + fit, lid_t - 0.01]) difference() {
                cube([inner[0] - 2 * fit, inner[1] - 2 * fit, lip_h]);
                translate([1.2, 1.2, -1])
                    cube([inner[0] - 2 * fit - 2.4, inner[1] - 2 * fit - 2.4, lip_h + 2]);
                // room for the opening of the socket, and for the switch's holder
                translate([-1, inner[1] / 2 - fit - usb[0] / 2 - 0.5, -1])
                    cube([4, usb[0] + 1, lip_h + 2]);
                translate([inner[0] - 2 * fit - 3, inner[1] / 2 - fit - switch[1] / 2, -1])
                    cube([4, switch[1], lip_h + 2]);
            }
            ridges(lid_t + lip_h / 2, wall + fit, snap);
            holders();
        }
        // an arrow away from the socket: to the toes, or up on the back
        translate([outer[0] / 2, outer[1] / 2, -0.01]) linear_extrude(engrave + 0.01) {
            translate([-8, -1]) square([10, 2]);
            polygon([[2, -4], [2, 4], [8, 0]]);
        }
    }
}

check();
if (part == "shoe") { box(); wings(); }
else if (part == "belt") rotate([90, 0, 0]) { box(0.8); hook(); }
else if (part == "lid") lid();
else assert(false, str("part: no such part: ", part));
