// mocknito init: a world of one's own to begin with, every line of it explained.
import { writeFile } from 'node:fs/promises'

export const starter = `# The user pools that mocknito starts with: mocknito --fixture mocknito.yaml
# The field names are AWS's own, so what the AWS CLI prints can be pasted in.
# yaml-language-server: $schema=./node_modules/mocknito/fixtures/fixture.schema.json

# The password of every confirmed user who has none below.
defaults:
  password: Passw0rd!

pools:
  - UserPool:
      # Ids and secrets that are left out are derived from names, and never change between runs.
      Id: us-east-1_MyPool
      Name: my-pool
    Domain: my-pool
    Clients:
      # Confidential: an app with a back end.
      - ClientName: web
        GenerateSecret: true
        CallbackURLs: [http://localhost:3000/callback]
        LogoutURLs: [http://localhost:3000/]
        AllowedOAuthFlows: [code]
        AllowedOAuthScopes: [openid, email, profile]
      # Public: a page, or an app on a telephone.
      - ClientName: spa
        CallbackURLs: [http://localhost:5173/callback]
        AllowedOAuthFlows: [code]
        AllowedOAuthScopes: [openid, email, profile]
    Groups:
      - GroupName: admins
    Users:
      - Username: alice
        Attributes: { email: alice@example.com, email_verified: true, name: Alice }
        Groups: [admins]
      - Username: bob
        Attributes: { email: bob@example.com, email_verified: true }
      # Has to choose a new password first.
      - Username: carol
        Password: Temp0rary!
        UserStatus: FORCE_CHANGE_PASSWORD
`

/** @throws if the file is there already */
export async function writeStarter(file: string): Promise<void> {
  try {
    await writeFile(file, starter, { flag: 'wx' })
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    throw new Error(code === 'EEXIST' ? `${file} is there already, and stays as it is` : message)
  }
}
