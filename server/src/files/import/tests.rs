#![allow(clippy::unwrap_used)]

use super::*;

#[test]
fn customers_are_read_as_people_write_them() {
    let text = "\u{feff}ID, name ,lat,lon,landline,place_confirmed\nc1,张记五金,31.2304,121.4737,(021) 5888-1234,yes\nc2,Li's,40.7,-74,,\n";
    let read = customers(text).unwrap();
    assert_eq!(read.len(), 2);
    assert_eq!((read[0].lat_e9, read[0].lon_e9), (31_230_400_000, 121_473_700_000));
    assert_eq!(read[0].landline.as_deref(), Some("02158881234"));
    assert!(read[0].place_confirmed && !read[1].place_confirmed);
    assert_eq!((read[1].lon_e9, read[1].landline.as_deref()), (-74_000_000_000, None));
}

#[test]
fn every_bad_row_is_named() {
    let text = "id,name,lat,lon,landline\nc1,A,121.4,31.2,\nc2,,31.2,121.4,\nc1,B,31.2,121.4,\nc/3,C,31.2,121.4,\nc4,D,x,NaN,call me\n";
    let named: Vec<_> = customers(text)
        .unwrap_err()
        .into_iter()
        .map(|e| (e.row, e.column))
        .collect();
    let expected = [(2, "lat"), (3, "name"), (4, "id"), (5, "id"), (6, "lat")];
    assert_eq!(named, expected.map(|(row, column)| (row, column.to_owned())));
}

#[test]
fn a_wrong_header_is_named() {
    let errors = customers("id,name,latitude,lon\nc1,A,1,2\n").unwrap_err();
    let columns: Vec<_> = errors.iter().map(|e| e.column.as_str()).collect();
    assert_eq!(columns, ["lat", "latitude"]);
}

#[test]
fn users_are_log_ins_or_reps() {
    let text = "user,name,role,team,districts,customers,password\n\
                wang,王芳,supervisor,east;west,,,a long enough password\n\
                rep-1,Li Na,rep,east,Queens; Bronx,c1;c2,\n";
    let read = users(text).unwrap();
    assert!(
        matches!(&read[0], UserRow::LogIn { user, role: Role::Supervisor, teams, password: Some(_), .. }
        if user == "wang" && teams == &["east", "west"])
    );
    assert!(
        matches!(&read[1], UserRow::Rep { id, team, districts, customers, row: 3, .. }
        if id == "rep-1" && team == "east" && districts == &["Queens", "Bronx"] && customers.len() == 2)
    );
}

#[test]
fn bad_users_are_named() {
    let text = "user,name,role,team,districts,customers,password\n\
                a b,A,clerk,,,,\n\
                b,B,boss,,,,\n\
                c,C,rep,,,,\n\
                d,D,rep,x;y,,,\n\
                e,E,admin,,,,short\n";
    let named: Vec<_> = users(text)
        .unwrap_err()
        .into_iter()
        .map(|e| (e.row, e.column))
        .collect();
    let expected = [(2, "user"), (3, "role"), (4, "team"), (5, "team"), (6, "password")];
    assert_eq!(named, expected.map(|(row, column)| (row, column.to_owned())));
}

#[test]
fn phone_numbers() {
    for (text, digits) in [
        ("021-5888 1234", Some("02158881234")),
        ("+86 (21) 5888.1234", Some("862158881234")),
        ("1234", None),
        ("call me 12345", None),
    ] {
        assert_eq!(phone_digits(text).as_deref(), digits, "{text}");
    }
}
