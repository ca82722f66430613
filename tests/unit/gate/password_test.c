// Passwords and keys in every notation people use. The values are generated: "%" in a row is a password of letters,
// digits and a mark, "#" one of lower-case letters only, "@" a drawn key of 32 characters.
#include "gate_help.h"

static const char *value_of(char kind, unsigned turn) {
    static const char *const STRONG[] = {"Xk29dkq!", "tR7#bmZ", "gw83Kdlq", "N0rd!see4"};
    static const char *const WORDS[] = {"sunflower", "pinkfloyd", "hedgehog", "marmalade"};
    static char key[33];
    if (kind != '@') return kind == '%' ? STRONG[turn % 4] : WORDS[turn % 4];
    for (unsigned i = 0; i < 32; i++) key[i] = "a7Bq2Zk9WmX4rT0cVn6Jd1Gs8Hf5Lp3Y"[(i * 11 + turn * 5) % 32];
    return key;
}

// The row with its value in place.
static const char *expand(const char *row, unsigned turn) {
    static char out[512];
    size_t n = 0;
    for (; *row && n < sizeof out - 40; row++) {
        bool slot = strchr("%#@", *row) && (row[1] != *row);
        if (slot) n += (size_t)snprintf(out + n, sizeof out - n, "%s", value_of(*row, turn));
        else out[n++] = *row, row += strchr("%#@", *row) != NULL; // twice for the character itself
    }
    out[n] = 0;
    return out;
}

static void check_rows(const char *const *rows, size_t count, bool sensitive) {
    for (size_t i = 0; i < count; i++)
        for (unsigned turn = 0; turn < 4; turn++) {
            const char *text = expand(rows[i], turn);
            const struct verdict *v = scan_as(shared(), text, PROFILE_BALANCED);
            if (v->sensitive != sensitive)
                fail_msg("'%s' is %ssensitive: %s", text, sensitive ? "not " : "", v->reason);
        }
}
#define ALL(rows, sensitive) check_rows(rows, sizeof(rows) / sizeof *(rows), sensitive)

static void in_program_text(void **state) {
    (void)state;
    static const char *const ROWS[] = {
        "password = \"%\"",
        "String password = \"%\";",
        "private static final String DB_PASSWORD = \"%\";",
        "var dbPass = '%';",
        "const userPw = \"%\";",
        "$config['password'] = '%';",
        "password := \"%\"",
        ":password => '%'",
        "password: str = \"%\"",
        "const password: string = '%';",
        "let password = String::from(\"%\");",
        "password = b\"%\"",
        "char password[32] = \"%\";",
        "##define PASSWORD \"%\"",
        "define('DB_PASSWORD', '%');",
        "System.setProperty(\"db.password\", \"%\")",
        "account.setPassword(\"%\")",
        "login(username=\"bob\", password=\"%\")",
        "if password == \"%\":",
        "client_secret = \"@\"",
        "apiKey: '@'",
        "encryptionKey = \"@\"",
        "salt = \"@\"",
    };
    ALL(ROWS, true);
}

static void in_configuration(void **state) {
    (void)state;
    static const char *const ROWS[] = {
        "password: %",
        "PASSWORD=%",
        "spring.datasource.password=%",
        "\"password\": \"%\"",
        "{\"user\":\"bob\",\"pass\":\"%\"}",
        "{\\\"password\\\": \\\"%\\\"}",
        "<password>%</password>",
        "<password>\n  %\n</password>",
        "<add key=\"DbPassword\" value=\"%\"/>",
        "<entry key=\"db.password\">%</entry>",
        "  - name: DB_PASSWORD\n    value: %",
        "Server=db;User Id=sa;Password=%;",
        "machine db.internal login bob password #",
        "Username: bob\nPassword: #",
        "//registry.npmjs.org/:_authToken=@",
        "X-Api-Key: @",
        "Authorization: token @",
    };
    ALL(ROWS, true);
}

static void on_command_lines(void **state) {
    (void)state;
    static const char *const ROWS[] = {
        "tool --password % run",
        "tool --password=% run",
        "sshpass -p '%' ssh root@@host",
        "mysqldump -u root -p% db",
        "docker login -u me -p % registry.internal",
        "redis-cli -h r1 -a %",
        "curl -u admin:% https://api.internal/x",
        "curl -s \\\n  --user \"jenkins:%\" https://ci.internal",
        "ConvertTo-SecureString \"%\" -AsPlainText -Force",
        "fetch 'https://host.internal/login?user=bob&password=%&x=1'",
    };
    ALL(ROWS, true);
}

static void in_sql(void **state) {
    (void)state;
    static const char *const ROWS[] = {
        "CREATE USER 'app'@@'%%' IDENTIFIED BY '#';",
        "CREATE USER app IDENTIFIED BY %;",
        "ALTER USER app IDENTIFIED WITH mysql_native_password BY '#';",
        "CREATE ROLE app LOGIN PASSWORD '#' VALID UNTIL '2030-01-01';",
        "CREATE LOGIN app WITH PASSWORD = N'#';",
        "SET PASSWORD FOR 'app' = PASSWORD('#'); ALTER USER app;",
    };
    ALL(ROWS, true);
}

static void in_prose(void **state) {
    (void)state;
    static const char *const ROWS[] = {
        "The password is %",
        "the password for the staging account is %",
        "password - %",
        "**Password:** %",
        "| password | % |",
        "Das Passwort lautet %",
        "Kennwort: %",
        "mot de passe : %",
        ("la contrase\xc3\xb1" // the escape would go on with the a
         "a es %"),
        "senha: %",
        "\xd0\xbf\xd0\xb0\xd1\x80\xd0\xbe\xd0\xbb\xd1\x8c: %",
        "\xe5\xaf\x86\xe7\xa0\x81\xef\xbc\x9a%",                                           // Chinese
        "\xe3\x83\x91\xe3\x82\xb9\xe3\x83\xaf\xe3\x83\xbc\xe3\x83\x89\xe3\x81\xaf%",       // Japanese
        "\xeb\xb9\x84\xeb\xb0\x80\xeb\xb2\x88\xed\x98\xb8: %",                             // Korean
        "\xeb\xb9\x84\xeb\xb0\x80\xeb\xb2\x88\xed\x98\xb8\xeb\x8a\x94 % \xec\x9e\x85\xeb", // Korean, a sentence
        "please use this key @ for the call",
        "my api key is @",
        "my PIN is 4821",
    };
    ALL(ROWS, true);
}

static void as_a_pair_of_login_and_password(void **state) {
    (void)state;
    static const char *const ROWS[] = {
        "ID/PW: admin/%",
        "ID / PW : guest / %",
        "id: root / pw: #",
        "ID : admin, PW : #",
        "login/password: master/%",
        "username/password - svc_app/%",
        "(id/password) = (bob / %)",
        "credentials: admin / %",
        "\xec\x95\x84\xec\x9d\xb4\xeb\x94\x94/\xeb\xb9\x84\xeb\xb0\x80\xeb\xb2\x88\xed\x98\xb8 : admin/%", // Korean
        "\xea\xb3\x84\xec\xa0\x95: admin / %",
    };
    ALL(ROWS, true);
}

static void what_decodes_or_comes_in_blocks(void **state) {
    (void)state;
    static const char *const ROWS[] = {
        "{\"kty\":\"oct\",\"k\":\"@\"}",
        "{\"kty\": \"EC\", \"crv\": \"P-256\", \"d\": \"@\"}",
        "seed phrase: witch collapse practice feed shame open despair creek road again ice least",
        "kind: Secret\ndata:\n  password: UzNjcjN0UDRzcw==",
        "aws_account_id = 493048201847",
        "private key: 5@aB3dEf9hIjK1mNo5qR",
    };
    ALL(ROWS, true);
}

static void talk_about_passwords_is_left_alone(void **state) {
    (void)state;
    static const char *const ROWS[] = {
        "the password is stored as a SHA-256 hash",
        "password is required in step 2",
        "My password was changed 3 times",
        "Enter your username/password: then click OK",
        "username/password authentication is used",
        "login: text, password: text",
        "username: String, password: String",
        "how to reset iphone passcode iphone14",
        "password123 is a weak password",
        "the bus pass: 25 dollars",
        "pass: 12 tests",
        "pin code: 110001",
        "salt: 2 teaspoons",
        "swap my amex pin to 1234",
        "elements identified by 'id1234'",
        "author: bob1234567890abc",
        "keyboard: logitech-mx-keys-2023-edition",
        "seed phrase is a list of words that store all the information needed to recover a wallet",
        "A mnemonic: my very educated mother just served us nine pizzas",
    };
    ALL(ROWS, false);
}

static void program_text_without_a_value_is_left_alone(void **state) {
    (void)state;
    static const char *const ROWS[] = {
        "password = getpass.getpass(\"Password: \")",
        "password = input(\"Enter your password: \")",
        "password = os.environ[\"DB_PASSWORD1\"]",
        "password=$PASSWORD1",
        "password = user.password2",
        "this.password = newPassword1;",
        "PWD=/srv/user1/project2",
        "password: process.env.PASSWORD1",
        "password_hash = sha256(password1)",
        "password_min_length: 12",
        "if (password == null) return;",
        "<input type=\"password\" id=\"password1\" name=\"password\">",
        "curl -u username:password https://x.internal",
        "curl -u $USER:$PASS https://x.internal",
        "docker login -u $U -p $P",
        "api_key = os.getenv(\"OPENAI_API_KEY\")",
        "api_key=\"YOUR_API_KEY\"",
        "key = lambda x: x[1]",
        "for key, value in dict2.items():",
        "key = \"user_profile_settings_v2\"",
        "model_key = \"gpt-4o-mini-2024-07-18\"",
        "sort(key=itemgetter(1))",
        "auth = HTTPBasicAuth(user1, pass2)",
        "Authorization: Bearer <token>",
        "public_key: ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQDf83kdjf8kd93kf",
        "SECRET_KEY = \"django-insecure-change-me\"",
    };
    ALL(ROWS, false);
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(in_program_text),
        cmocka_unit_test(in_configuration),
        cmocka_unit_test(on_command_lines),
        cmocka_unit_test(in_sql),
        cmocka_unit_test(in_prose),
        cmocka_unit_test(as_a_pair_of_login_and_password),
        cmocka_unit_test(what_decodes_or_comes_in_blocks),
        cmocka_unit_test(talk_about_passwords_is_left_alone),
        cmocka_unit_test(program_text_without_a_value_is_left_alone),
    };
    return RUN(tests);
}
